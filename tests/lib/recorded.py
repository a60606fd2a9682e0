# SPDX-License-Identifier: Apache-2.0
"""The recorded reviews: tests/reviews/<number>-<stage>-<operation>-<name>.json."""

import pathlib

import review

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "reviews"


def stage_of(path):
    return path.name.split("-")[1]


def reviews():
    """(path, body), sorted."""
    return [(path, review.loads(path.read_bytes())) for path in sorted(FOLDER.glob("*.json"))]
