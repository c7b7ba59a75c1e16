"""What every stage needs: arguments, params, files, tables, workers, finished work."""
