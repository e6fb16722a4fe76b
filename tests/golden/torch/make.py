"""Writes small state dicts as PyTorch does, and what is in them.

    python make.py        # needs torch; writes into the folder of this script
"""

import json
from collections import OrderedDict
from pathlib import Path

import torch

plain = torch.arange(12, dtype=torch.float32).reshape(4, 3)
halves = torch.tensor([0.5, -1.5, 65504.0, 6e-8])
state = OrderedDict(
    plain=plain,
    tied=plain,
    rows=plain[2:],
    column=plain[:, 1],
    transposed=plain.t(),
    every_other=plain[::2, ::2],
    parameter=torch.nn.Parameter(torch.tensor([1.0, -2.0])),
    scalar=torch.tensor(3.5),
    empty=torch.zeros(0, 3),
    half=halves.half(),
    bfloat=halves.bfloat16(),
    double=torch.tensor([1e-300, 0.1], dtype=torch.float64),
    ids=torch.arange(5).reshape(1, 5),
)
state._metadata = OrderedDict({"": {"version": 1}})

here = Path(__file__).parent
torch.save(state, here / "zip.bin")
torch.save(state, here / "legacy.bin", _use_new_zipfile_serialization=False)
torch.save(state, here / "protocol4.bin", pickle_protocol=4)

NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64"}
expected = {
    name: {"kind": NAMES[tensor.dtype], "shape": list(tensor.shape), "values": tensor.detach().float().flatten().tolist()}
    for name, tensor in state.items()
}
(here / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
