"""What params.yaml may say: a module for each stage, its knobs with their types and ranges."""
