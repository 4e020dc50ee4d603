from tests.discovery.model_text import CLASSIFIER, model_of
from tests.plan.judge.judged import judged
from tf1compat.graph.text import from_text
from tf1compat.ops.unregistered import origin_of
from tf1compat.plan.judge.notes import Note


def blockers_of(text: str) -> list[tuple[str, str]]:
    return [(each.code, each.node) for each in judged(model_of(from_text(text), keys=("w", "b"))).blockers]


def test_a_plain_classifier_has_no_blocker():
    assert blockers_of(CLASSIFIER) == []


def test_a_graph_without_predictions_is_blocked():
    learned = "w = VariableV2() dtype=float32; shape=shape(2)\n"
    computed = "x = Placeholder() dtype=float32; shape=shape(None)\ny = Neg(x) T=float32\n"
    assert blockers_of(learned + computed) == [("no-outputs", "")]
    assert blockers_of(computed) == []  # where nothing is learned, what is computed is the model


QUEUE = "queue = FIFOQueueV2() component_types=[float32]\nn = Const() dtype=int32; value=tensor(int32, 8)\n"
GIVEN_BY_HAND = "x = Placeholder() dtype=float32; shape=shape(None, 4)\n"


def test_examples_from_a_queue_are_an_input_and_no_blocker():
    batch = "x = QueueDequeueManyV2(queue, n) component_types=[float32]\n"
    assert blockers_of(CLASSIFIER.replace(GIVEN_BY_HAND, QUEUE + batch)) == []


def test_a_queue_from_which_a_loop_takes_at_each_turn_is_a_blocker():
    taken = (
        "inside = Enter(queue) frame_name='turns'\ntaken = QueueDequeueV2(inside) component_types=[float32]\n"
    )
    text = CLASSIFIER.replace(GIVEN_BY_HAND, QUEUE + taken + "x = Exit(taken) T=float32\n")
    assert blockers_of(text) == [("queue-input", "taken")]


def test_a_python_function_is_a_blocker_only_behind_an_output():
    called = (
        CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + "made = PyFunc(x) Tin=[float32]; Tout=[float32]\n"
    )
    assert blockers_of(called) == [("python-function", "made")]
    assert blockers_of(CLASSIFIER + "aside = PyFunc(x) Tin=[float32]; Tout=[float32]\n") == []


def test_a_pipeline_of_another_part_is_no_blocker():
    aside = "iterator = IteratorV2() output_types=[float32]\n"
    aside += "next = IteratorGetNext(iterator) output_types=[float32]\n"
    assert blockers_of(CLASSIFIER + aside) == []


def test_a_table_that_the_program_filled_is_a_blocker():
    looked_up = "table = MutableHashTableV2() key_dtype=int64; value_dtype=float32\n"
    looked_up += "made = LookupTableFindV2(table, ids, none) Tin=int64; Tout=float32\n"
    looked_up += "ids = Placeholder() dtype=int64\nnone = Const() dtype=float32; value=tensor(float32, 0.0)\n"
    assert blockers_of(CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + looked_up) == [
        ("mutable-table", "table")
    ]


def test_how_much_is_in_a_queue_is_a_blocker():
    counted = "queue = FIFOQueueV2() component_types=[float32]\nwaiting = QueueSizeV2(queue)\n"
    counted += "as_float = Cast(waiting) SrcT=int32; DstT=float32\nscaled = Mul(x, as_float) T=float32\n"
    assert blockers_of(CLASSIFIER.replace("MatMul(x,", "MatMul(scaled,") + counted) == [
        ("pipeline-state", "waiting")
    ]


def blocked_by(made: str) -> list[tuple[str, str]]:
    """The blockers of a classifier that reads `made` in the place of what is fed."""
    return blockers_of(CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + made)


def notes_of(made: str) -> list[Note]:
    text = CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + made
    return list(judged(model_of(from_text(text), keys=("w", "b"))).blockers)


def test_an_op_of_contrib_is_a_blocker_with_its_library():
    note, reading = notes_of("made = DecodeVideo(x)\n")
    assert (note.code, note.node) == ("unregistered-op", "made")
    assert (reading.code, reading.node) == ("machine-op", "made")
    assert "tf.contrib.ffmpeg" in note.reason


def test_an_op_of_a_known_library_is_told_to_be_loaded():
    (note,) = notes_of("made = UpFirDn2D(x, x) T=float32\n")
    assert "StyleGAN2" in note.reason
    assert "--load-op-library" in note.remedy
    origin = origin_of("Addons>Resampler")
    assert origin is not None
    assert origin.library == "TensorFlow Addons"


def test_an_op_that_nobody_knows_is_a_custom_one():
    (note,) = notes_of("made = ZeroOut(x) T=float32\n")
    assert (note.code, note.node) == ("custom-op", "made")
    assert "--load-op-library PATH" in note.remedy


def test_an_op_that_no_kernel_on_a_cpu_runs_for_its_type_is_a_blocker():
    half = "half = Cast(x) SrcT=float32; DstT=float16\nrounded = Rint(half) T=float16\n"
    made = "made = Cast(rounded) SrcT=float16; DstT=float32\n"
    (note,) = notes_of(half + made)
    assert (note.code, note.node) == ("no-kernel", "rounded")
    assert "no kernel for float16 on a CPU" in note.reason
    assert "--allow Rint" in note.remedy
    assert "--signature 'serving_default(rounded)" in note.remedy
    assert blocked_by((half + made).replace("float16", "float32")) == []
    assert "accept it" not in notes_of((half + made).replace("float16", "bfloat16"))[0].remedy


def test_an_op_of_a_gpu_alone_is_a_blocker_unless_it_is_rewritten():
    assert blocked_by("made = NcclAllReduce(x) T=float32\n") == [("no-kernel", "made")]
    assert blocked_by("made = CudnnRNN(x, x, x, x) T=float32; num_proj=0\n") == []


def test_what_registered_ops_express_is_no_blocker():
    assert blocked_by("made = Resampler(x, x) T=float32\n") == []
    assert blocked_by("made = HorovodAllreduce(x) T=float32\n") == []
    assert blocked_by("made = _FusedMatMul(x, x) T=float32\n") == []


def test_a_sum_over_replicas_that_is_averaged_is_a_blocker():
    added = "sum = HorovodAllreduce(x) T=float32\nmade = RealDiv(sum, four) T=float32\n"
    added += "four = Const() dtype=float32; value=tensor(float32, 4.0)\n"
    assert blocked_by(added) == [("replica-average", "sum")]
    assert blocked_by(added.replace("4.0", "1.0")) == []
