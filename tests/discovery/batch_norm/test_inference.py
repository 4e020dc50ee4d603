from tests.discovery.batch_norm.norm_text import FUSED_MODEL, UNFUSED_MODEL
from tf1compat.discovery.batch_norm.inference import with_averages
from tf1compat.discovery.findings import Average
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef

UNFUSED = (Average(TensorRef("mean"), "seen/mean"), Average(TensorRef("variance"), "seen/variance"))
FUSED = (Average(TensorRef("fused", 1), "seen/mean"), Average(TensorRef("fused", 2), "seen/variance"))


def after(text: str, averages: tuple[Average, ...]) -> Graph:
    graph = with_averages(from_text(text), averages)
    assert lint(graph) == ()
    return graph


def test_who_reads_a_statistic_reads_the_variable_in_its_shape():
    graph = after(UNFUSED_MODEL, UNFUSED)
    behind = ancestors(graph, ["Softmax"])
    assert {"seen/mean", "seen/variance"} <= behind
    assert not {"mean", "variance", "apart"} & behind
    reshaped = graph.producer(graph["Squeeze"].inputs[0])
    assert reshaped.op == "Reshape"
    assert graph.static_shape(TensorRef(reshaped.name)).dims == (1, 3)


def test_a_fused_op_is_in_inference_and_takes_the_variables():
    graph = after(FUSED_MODEL, FUSED)
    fused = graph["fused"]
    assert fused.attrs["is_training"] is False
    read = [graph.input(graph.producer(ref), 0).name for ref in fused.inputs[3:]]
    assert read == ["seen/mean", "seen/variance"]


def test_nothing_waits_for_the_updates_any_more():
    waiting = UNFUSED_MODEL.replace("Sub(scaled, moved)", "Sub(scaled, moved, ^update, ^group)")
    graph = after(waiting + "group = NoOp(^update_1)\n", UNFUSED)
    assert graph["normal"].control_inputs == ()
    assert graph["group"].control_inputs == ("update_1",)


def test_a_resource_variable_is_read_by_its_handle():
    text = (
        UNFUSED_MODEL.replace("seen/mean = VariableV2", "seen/mean = VarHandleOp")
        .replace(
            "seen/mean/read = Identity(seen/mean) T=float32",
            "seen/mean/read = ReadVariableOp(seen/mean) dtype=float32",
        )
        .replace("AssignSub(seen/mean, step) T", "AssignSubVariableOp(seen/mean, step) dtype")
    )
    graph = after(text, UNFUSED)
    assert graph["mean/average"].op == "ReadVariableOp"


def test_an_average_of_another_type_is_cast():
    text = UNFUSED_MODEL.replace(
        "seen/mean = VariableV2() dtype=float32", "seen/mean = VariableV2() dtype=float64"
    )
    graph = after(text.replace("Identity(seen/mean) T=float32", "Identity(seen/mean) T=float64"), UNFUSED)
    casts = [node for node in graph.nodes if node.op == "Cast"]
    assert [(str(node.attrs["SrcT"]), str(node.attrs["DstT"])) for node in casts] == [("float64", "float32")]


def test_nothing_wanted_changes_nothing():
    graph = from_text(UNFUSED_MODEL)
    assert with_averages(graph, ()) is graph
