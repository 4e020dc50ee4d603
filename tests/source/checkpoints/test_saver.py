import pytest

from tf1compat.graph.protos import MetaGraph, SaverDef
from tf1compat.graph.text import from_text
from tf1compat.source.checkpoints.saver import saved_as
from tf1compat.source.model import SavedAs


def restored(text, restore_op="save/restore_all"):
    saver = SaverDef("save/Const:0", "save/control_dependency:0", restore_op, 2)
    return dict(saved_as(MetaGraph(from_text(text), "1.4.1", saver, {}, {}, b"")))


ONE_FOR_ALL = """
    w = VariableV2() dtype=float32
    b = VariableV2() dtype=float32
    save/Const = Const() value=tensor(string, "model")
    names = Const() value=tensor(string, ["model/bias", "model/kernel"])
    slices = Const() value=tensor(string, ["", ""])
    save/RestoreV2 = RestoreV2(save/Const, names, slices) dtypes=[float32, float32]
    save/Assign = Assign(b, save/RestoreV2)
    save/Assign_1 = Assign(w, save/RestoreV2:1)
    save/restore_all = NoOp(^save/Assign, ^save/Assign_1)
"""


def test_one_restore_for_all_variables():
    assert restored(ONE_FOR_ALL) == {"b": SavedAs("model/bias"), "w": SavedAs("model/kernel")}


def test_one_restore_for_each_variable_and_slices_of_one_key():
    text = """
        w/part_0 = Variable() dtype=float32
        w/part_1 = Variable() dtype=float32
        save/Const = Const() value=tensor(string, "model")
        names = Const() value=tensor(string, ["w"])
        first = Const() value=tensor(string, ["4 3 0,2:0,3"])
        second = Const() value=tensor(string, ["4 3 2,2:0,3"])
        save/RestoreV2 = RestoreV2(save/Const, names, first) dtypes=[float32]
        save/RestoreV2_1 = RestoreV2(save/Const, names, second) dtypes=[float32]
        save/Assign = Assign(w/part_0, save/RestoreV2)
        save/Assign_1 = Assign(w/part_1, save/RestoreV2_1)
        save/restore_all = NoOp(^save/Assign, ^save/Assign_1)
    """
    assert restored(text) == {
        "w/part_0": SavedAs("w", "4 3 0,2:0,3"),
        "w/part_1": SavedAs("w", "4 3 2,2:0,3"),
    }


@pytest.mark.parametrize(
    ("restore", "expected"),
    [
        ("Restore(save/Const, names) dt=float32", SavedAs("w")),
        ("RestoreSlice(save/Const, names, slices) dt=float32", SavedAs("w", "2 0,1")),
    ],
)
def test_the_ops_of_the_first_format(restore, expected):
    text = f"""
        w = Variable() dtype=float32
        save/Const = Const() value=tensor(string, "model")
        names = Const() value=tensor(string, "w")
        slices = Const() value=tensor(string, "2 0,1")
        save/restore = {restore}
        save/Assign = Assign(w, save/restore)
        save/restore_all = NoOp(^save/Assign)
    """
    assert restored(text) == {"w": expected}


def test_resource_variables_and_values_that_are_reshaped():
    text = """
        w = VarHandleOp() dtype=float32
        v = VariableV2() dtype=float32
        save/Const = Const() value=tensor(string, "model")
        names = Const() value=tensor(string, ["scope/w", "scope/v"])
        slices = Const() value=tensor(string, ["", ""])
        shape = Const() value=tensor(int32, [2, 3])
        save/RestoreV2 = RestoreV2(save/Const, names, slices) dtypes=[float32, float32]
        save/Identity = Identity(save/RestoreV2)
        save/Reshape = Reshape(save/RestoreV2:1, shape)
        save/AssignVariableOp = AssignVariableOp(w, save/Identity)
        save/Assign = Assign(v, save/Reshape)
        save/restore_all = NoOp(^save/AssignVariableOp, ^save/Assign)
    """
    assert restored(text) == {"w": SavedAs("scope/w"), "v": SavedAs("scope/v")}


def test_a_sharded_saver_restores_in_groups():
    text = ONE_FOR_ALL.replace(
        "save/restore_all = NoOp(^save/Assign, ^save/Assign_1)",
        """save/restore_shard = NoOp(^save/Assign, ^save/restore_all)
           save/restore_shard_1 = NoOp(^save/Assign_1)
           save/restore_all = NoOp(^save/restore_shard, ^save/restore_shard_1)""",
    )
    assert set(restored(text)) == {"b", "w"}


def test_only_the_savers_own_part_is_read():
    text = (
        ONE_FOR_ALL
        + """
        save_1/RestoreV2 = RestoreV2(save/Const, slices, slices) dtypes=[float32]
        save_1/Assign = Assign(w, save_1/RestoreV2)
        save_1/restore_all = NoOp(^save_1/Assign)
    """
    )
    assert restored(text)["w"] == SavedAs("model/kernel")
    assert restored(text, "save_1/restore_all:0") == {"w": SavedAs("")}


def test_what_is_no_plain_assignment_of_a_read_value_is_left_out():
    text = """
        w = VariableV2() dtype=float32
        v = VariableV2() dtype=float32
        u = VariableV2() dtype=float32
        table = MutableHashTableV2()
        save/Const = Const() value=tensor(string, "model")
        names = Const() value=tensor(string, ["table-keys", "table-values"])
        fed = Placeholder() dtype=string
        save/RestoreV2 = RestoreV2(save/Const, names, names) dtypes=[string, int64]
        save/RestoreV2_1 = RestoreV2(save/Const, fed, fed) dtypes=[float32]
        import = LookupTableImportV2(table, save/RestoreV2, save/RestoreV2:1)
        twice = Mul(save/RestoreV2:1, save/RestoreV2:1)
        save/Assign = Assign(w, twice)
        save/Assign_1 = Assign(v, save/RestoreV2_1)
        save/Assign_2 = Assign(u, save/RestoreV2:9)
        save/restore_all = NoOp(^import, ^save/Assign, ^save/Assign_1, ^save/Assign_2)
    """
    assert restored(text) == {}


@pytest.mark.parametrize("restore_op", ["", "save_9/restore_all"])
def test_a_restore_op_that_is_not_there_maps_nothing(restore_op):
    assert restored(ONE_FOR_ALL, restore_op) == {}


def test_no_saver_maps_nothing():
    assert dict(saved_as(MetaGraph(from_text(ONE_FOR_ALL), "", None, {}, {}, b""))) == {}
