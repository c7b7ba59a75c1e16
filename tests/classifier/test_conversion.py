import subprocess
import sys
from pathlib import Path

from vidrec.classifier.conversion import convert_ahead, converted
from vidrec.classifier.frame_classifier import ClassifierFiles
from vidrec.networks.weights import read_card

CLASSIFIES = """
import sys
from pathlib import Path
import numpy as np
from vidrec.classifier.frame_classifier import ClassifierFiles, load_classifier
from vidrec.settings.classify_frames import ClassifierSettings
folder, project = map(Path, sys.argv[1:])
files = ClassifierFiles(folder, project=project)
load_classifier(files, ClassifierSettings("fp32", 2)).predict(np.zeros((3, 64, 64, 3), np.uint8))
print([name for name in ("torch", "torchvision", "sklearn") if name in sys.modules])
"""


def test_a_network_that_is_kept_is_not_made_again(classifier_files: ClassifierFiles) -> None:
    folder, project = classifier_files.weights, classifier_files.project
    card = read_card(folder)
    convert_ahead(folder, card, project)
    nowhere = Path("nowhere")
    convert_ahead(nowhere, card, project)
    assert converted(nowhere, card, project).graph.startswith(b"<?xml")


def test_a_process_that_only_classifies_loads_no_torch(classifier_files: ClassifierFiles) -> None:
    folder, project = classifier_files.weights, classifier_files.project
    convert_ahead(folder, read_card(folder), project)
    command = [sys.executable, "-c", CLASSIFIES, str(folder), str(project)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
