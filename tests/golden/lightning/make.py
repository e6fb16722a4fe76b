"""Writes a checkpoint as PyTorch Lightning's Trainer does: the state dict beside an optimiser's state, callbacks, loops and
hyper-parameters of every kind that people save. Python's own pickler writes it, so that its opcodes are real; of torch it
needs the names alone.

    python make.py        # needs nothing but Python; writes into the folder of this script
"""

import argparse
import datetime
import enum
import functools
import io
import pathlib
import pickle
import struct
import sys
import types
import zipfile
from collections import Counter, OrderedDict, defaultdict, deque

torch = types.ModuleType("torch")
utils = types.ModuleType("torch._utils")
lightning = types.ModuleType("lightning.fabric.utilities.data")
for module in [torch, utils, lightning]:
    path = module.__name__.split(".")
    for end in range(1, len(path)):
        sys.modules.setdefault(".".join(path[:end]), types.ModuleType(".".join(path[:end])))
    sys.modules[module.__name__] = module


def _rebuild_tensor_v2(*arguments):
    raise NotImplementedError


class FloatStorage:
    pass


class AttributeDict(dict):
    """What Lightning keeps hyper-parameters in."""


class Stage(enum.Enum):
    FIT = "fit"


for thing, module in [
    (_rebuild_tensor_v2, utils),
    (FloatStorage, torch),
    (AttributeDict, lightning),
    (Stage, lightning),
]:
    thing.__module__ = module.__name__
    setattr(module, thing.__name__, thing)


class Storage:
    def __init__(self, values):
        self.values = values


class Tensor:
    def __init__(self, values, shape):
        self.storage, self.shape = Storage(values), shape

    def __reduce__(self):
        strides = tuple(
            functools.reduce(lambda product, size: product * size, self.shape[place + 1 :], 1)
            for place in range(len(self.shape))
        )
        return _rebuild_tensor_v2, (self.storage, 0, self.shape, strides, False, OrderedDict())


class Pickler(pickle.Pickler):
    def __init__(self, file, protocol):
        super().__init__(file, protocol)
        self.storages = []

    def persistent_id(self, thing):
        if not isinstance(thing, Storage):
            return None
        self.storages.append(thing.values)
        return ("storage", FloatStorage, str(len(self.storages) - 1), "cpu", len(thing.values))


checkpoint = {
    "epoch": 3,
    "global_step": 1200,
    "pytorch-lightning_version": "2.5.0",
    "state_dict": OrderedDict(
        [
            ("model.bert.embeddings.word_embeddings.weight", Tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], (3, 2))),
            ("model.classifier.bias", Tensor([0.5, -0.5], (2,))),
            ("loss_fct.steps", 12),
        ]
    ),
    "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": defaultdict(int, total=4), "done": Counter("ab")}},
    "callbacks": {"ModelCheckpoint{'monitor': 'val_loss'}": {"best_model_score": Tensor([0.25], ()), "path": "best.ckpt"}},
    "optimizer_states": [{"state": {0: {"exp_avg": Tensor([9.0] * 6, (3, 2))}}, "param_groups": [{"lr": 2e-5, "params": [0]}]}],
    "lr_schedulers": [{"lr_lambdas": [None, functools.partial(max, 0)], "_step_count": 1201}],
    "hparams_name": "kwargs",
    "hyper_parameters": AttributeDict(
        options=argparse.Namespace(seed=2**70, labels={"no", "yes"}, frozen=frozenset([1, 2])),
        folder=pathlib.PurePosixPath("data/mrpc"),
        since=datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc),
        stage=Stage.FIT,
        raw=b"\x00\xff bytes",
        recent=deque([1, 2], maxlen=2),
        kind=int,
        nothing=None,
        complex=1 + 2j,
        large=list(range(300)),
    ),
}
checkpoint["itself"] = checkpoint["hyper_parameters"]

here = pathlib.Path(__file__).parent
for protocol in [2, 4]:
    buffer = io.BytesIO()
    pickler = Pickler(buffer, protocol)
    pickler.dump(checkpoint)
    with zipfile.ZipFile(here / f"protocol{protocol}.ckpt", "w", zipfile.ZIP_STORED) as archive:
        def write(name, content):
            archive.writestr(zipfile.ZipInfo(f"archive/{name}"), content)

        write("data.pkl", buffer.getvalue())
        write("byteorder", b"little")
        for key, values in enumerate(pickler.storages):
            write(f"data/{key}", struct.pack(f"<{len(values)}f", *values))
        write("version", b"3\n")
