"""What takes a migrated model next, and which ops of the rewritten form it cannot take.

Pure, and TensorFlow-free: the answer is there before anything is written.
"""

from tf1compat.consumers.judge import CONSUMERS, Obstacle, obstacles
from tf1compat.consumers.taken_ops import release

__all__ = ["CONSUMERS", "Obstacle", "obstacles", "release"]
