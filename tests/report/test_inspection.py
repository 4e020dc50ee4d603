from __future__ import annotations

import json
from dataclasses import replace

from tf1compat.discovery.findings import Findings, LabelFinding, StateOrigin
from tf1compat.names import TensorRef
from tf1compat.plan.judge.judge import Judgement
from tf1compat.plan.judge.notes import Note
from tf1compat.report import render
from tf1compat.report.inspection import Inspection, to_document


def text(inspection: Inspection) -> str:
    return render.text(to_document(inspection))


def test_json_is_what_the_contract_says(inspection):
    assert json.loads(render.json_text(inspection.to_json())) == {
        "format_version": 1,
        "source": {
            "kind": "meta_graph",
            "path": "dir/model",
            "tensorflow_version": "1.4.1",
            "checkpoint_format": "V2",
            "bytes": 2_512_345,
        },
        "graph": {
            "nodes": 3,
            "op_types": {"Placeholder": 2, "Softmax": 1},
            "frames": 1,
            "graphdef_producer": 24,
        },
        "inputs": [
            {
                "tensor": "x:0",
                "dtype": "float32",
                "shape": [None, None, 3],
                "role": "data",
                "live": True,
                "kind": "placeholder",
            },
            {
                "tensor": "y:0",
                "dtype": "int32",
                "shape": None,
                "role": "label",
                "live": False,
                "kind": "placeholder",
            },
        ],
        "serialized": [],
        "outputs": [{"tensor": "Softmax:0", "dtype": "float32", "shape": [None, 5], "role": "probabilities"}],
        "rnns": [
            {
                "scope": "rnn",
                "kind": "dynamic",
                "direction": "forward",
                "time_major": None,
                "inputs": "x:0",
                "outputs": "rnn/transpose_1:0",
                "sequence_length": None,
                "step_inputs": [],
                "step_outputs": [],
                "layers": [
                    {
                        "cell": "LSTM",
                        "units": 28,
                        "variables": ["rnn/kernel", "rnn/bias"],
                        "initial_state": {"c": "init_state:0", "h": None},
                        "final_state": {"c": "rnn/while/Exit_3:0", "h": "rnn/while/Exit_4:0"},
                        "slices": {},
                        "initial_value": {},
                        "features": [],
                        "wrappers": [],
                    }
                ],
            }
        ],
        "variables": [
            {
                "name": "rnn/kernel",
                "dtype": "float32",
                "shape": [31, 112],
                "trainable": True,
                "in_checkpoint": True,
                "needed": True,
            },
            {
                "name": "rnn/kernel/Adam",
                "dtype": "float32",
                "shape": [31, 112],
                "trainable": False,
                "in_checkpoint": True,
                "needed": False,
            },
        ],
        "tables": [],
        "labels": [{"source": "checkpoint:class_mapping", "count": 5, "preview": ["number", "url"]}],
        "hazards": [
            {
                "code": "dropout-frozen",
                "node": "keep_prob",
                "reason": "dropout is a training device",
                "remedy": "fed as the constant 1.0",
            }
        ],
        "blockers": [],
    }


def test_versions_that_the_file_does_not_say_are_null(inspection):
    graph = replace(
        inspection.model.meta_graph.graph, versions=type(inspection.model.meta_graph.graph.versions)()
    )
    meta_graph = replace(inspection.model.meta_graph, tensorflow_version="", graph=graph)
    data = replace(inspection, model=replace(inspection.model, meta_graph=meta_graph)).to_json()
    assert data["source"]["tensorflow_version"] is None
    assert data["graph"]["graphdef_producer"] is None


def test_text_names_every_finding(inspection):
    report = text(inspection)
    for expected in (
        "written by TensorFlow 1.4.1, with a V2 checkpoint; 2.5 MB",
        "x:0       float32  [?, ?, 3]  data    yes",
        "y:0       int32    any        label   no",
        "LSTM(28)",
        "rnn        inputs     x:0",
        "           initial c  init_state:0",
        "           final c    rnn/while/Exit_3:0",
        "           initial h  ?",
        "[0] (c) of init_state:0 is the state of rnn",
        "1 variable is needed for the outputs, 3,472 elements in all. Left behind: 1 (optimizer",
        "checkpoint:class_mapping",
        "* dropout-frozen at keep_prob",
    ):
        assert expected in report


def test_text_leaves_out_variables_that_the_outputs_do_not_need(inspection):
    assert "rnn/kernel/Adam" not in text(inspection)


def test_text_ends_with_the_command_to_type_labels_included(inspection):
    assert text(inspection).endswith(
        "    tf1compat migrate dir/model migrated --labels checkpoint:class_mapping\n"
    )


def test_labels_are_proposed_only_where_their_number_fits(inspection):
    too_many = (LabelFinding("vocabulary.json", 66, ()),)
    found = replace(inspection.findings, labels=too_many)
    assert text(replace(inspection, findings=found)).endswith("tf1compat migrate dir/model migrated\n")


def test_paths_in_commands_are_quoted_for_the_shell(inspection):
    labels = (LabelFinding("my labels.txt", 5, ()),)
    odd = Inspection(replace(inspection.model, path="it's mine"), replace(inspection.findings, labels=labels))
    assert """tf1compat migrate 'it'"'"'s mine' migrated --labels 'my labels.txt'""" in text(odd)


def test_a_blocker_is_shown_and_migrate_is_not_offered(inspection):
    blocker = Note("no-outputs", "", "nothing to offer", "name one with --signature")
    report = text(replace(inspection, judgement=Judgement(blockers=(blocker,))))
    assert "* no-outputs\n    nothing to offer\n    name one with --signature" in report
    assert "tf1compat migrate" not in report


def test_why_there_is_no_step_is_told_with_the_node_that_stands_in_the_way(inspection):
    assert "Step\n" not in text(inspection)
    told = replace(inspection, judgement=Judgement(no_step="the steps are mixed", no_step_at="Mean"))
    assert "There is no signature 'step': the steps are mixed (at 'Mean')." in text(told)
    assert told.to_json()["no_step"] == {"reason": "the steps are mixed", "node": "Mean"}
    named = replace(told, judgement=Judgement(no_step="'Mean' mixes the steps", no_step_at="Mean"))
    assert "There is no signature 'step': 'Mean' mixes the steps." in text(named)


def test_a_graph_without_anything_says_so(model):
    report = text(Inspection(model, Findings()))
    assert "No tensor that the author fed was found." in report
    assert "No tensor worth fetching was found." in report
    assert "The graph has no variables." in report
    assert "Recurrent networks" not in report


def test_printing_an_inspection_gives_its_text(inspection):
    assert str(inspection) == text(inspection).rstrip("\n")


def test_where_a_state_begins_is_shown(inspection):
    (rnn,) = inspection.findings.rnns
    layer = replace(rnn.layers[0], initial_value={"c": StateOrigin("zeros", TensorRef("rnn/zeros"))})
    findings = replace(inspection.findings, rnns=(replace(rnn, layers=(layer,)),))
    shown = replace(inspection, findings=findings)
    assert "initial c (zeros)" in text(shown)
    (reported,) = shown.to_json()["rnns"]
    assert reported["layers"][0]["initial_value"] == {"c": {"origin": "zeros", "tensor": "rnn/zeros:0"}}
