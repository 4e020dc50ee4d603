"""Packaging: `pip install .` gives the command `tf1compat` and the packages `tf1compat` and `converters`."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(
    r'^__version__ = "(.+)"$', (HERE / "tf1compat/__init__.py").read_text(encoding="utf-8"), re.M
)

#: What Keras' files are read with: h5py describes them, tf_keras, of TensorFlow's own version, makes their graphs.
KERAS = ["h5py>=3.8", "tf_keras>=2.16,<3"]
#: What a migrated model is tried with; the tool itself needs none of them.
CONSUMERS = ["ai-edge-litert>=2.1", "onnxruntime>=1.23", "tf2onnx>=1.17"]

#: What label files of some kinds are read with.
LABELS = ["pyyaml>=6"]

setup(
    name="tf1compat",
    version=VERSION.group(1),
    description="Migrate TensorFlow 1 models to verified TensorFlow 2 SavedModels",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    packages=find_packages(include=["tf1compat", "tf1compat.*", "converters", "converters.*"]),
    package_data={
        "tf1compat": ["py.typed"],
        "tf1compat.ops": ["registry.txt"],
        "tf1compat.consumers": ["taken_ops.txt"],
    },
    include_package_data=False,
    zip_safe=False,
    python_requires=">=3.10,<3.14",
    install_requires=[
        "tensorflow>=2.16,<3",
        "numpy>=1.26",
        "tabulate>=0.9",
        # The protobuf messages of GraphDef and MetaGraphDef, without the cost of importing TensorFlow.
        "tensorboard>=2.16",
        "protobuf>=4.21",
    ],
    extras_require={
        "consumers": CONSUMERS,
        "keras": KERAS,
        "labels": LABELS,
        "dev": [
            *CONSUMERS,
            *KERAS,
            *LABELS,
            "mypy==2.4.1",
            "pytest==9.2.0",
            "pytest-timeout==2.4.0",
            "ruff==0.17.5",
            "setuptools>=65",
            "types-PyYAML",
            "types-protobuf",
            "types-tabulate",
            "wheel>=0.43",
        ],
    },
    entry_points={"console_scripts": ["tf1compat = tf1compat.cli:main"]},
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Console",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
)
