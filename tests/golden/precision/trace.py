"""How far training in bfloat16 departs from training in float32: batchscope beside PyTorch's autocast.

    pip install torch transformers
    python trace.py BATCHSCOPE MODEL TASK [--updates 220] [--batch-size 16]

MODEL is a folder with config.json, model.safetensors, vocab.txt and tokenizer files, TASK one with MRPC's train.tsv and dev.tsv. A
classifier is drawn once; then the same weights are trained four times on the same batches, in the order of the file, dropout
off: by batchscope and by PyTorch, each in float32 and in bfloat16. Prints the root mean square over the updates of what the
losses and the gradient norms of two traces are apart.
"""

import argparse
import csv
import json
import math
import pathlib
import shutil
import subprocess
import tempfile

import torch
from transformers import BertForSequenceClassification, BertTokenizerFast

SPEC = """
name = "trace"
[task]
name = "mrpc"
path = "{task}"
max_length = 128
validation = "dev"
[model]
source = "{model}"
[train]
batch_sizes = [{batch_size}]
instances = 1
updates = {updates}
shuffle = false
dropout = "off"
learning_rate = 2e-5
[arms]
bf16 = {{ precision = "bf16" }}
"""


def of_batchscope(arguments, model, folder):
    """Traces by precision: (loss, gradient norm) of every update."""
    spec = folder / "trace.toml"
    spec.write_text(SPEC.format(**{**vars(arguments), "model": model}))
    store, output = folder / "store", folder / "numbers.csv"
    subprocess.run([arguments.batchscope, "run", spec, "--store", store, "--workers", "1"], check=True)
    subprocess.run([arguments.batchscope, "export", "--store", store, "-o", output], check=True)
    traces = {"baseline": {}, "bf16": {}}
    for row in csv.DictReader(output.open()):
        if row["split"] == "train":
            traces[row["arm"]].setdefault(int(row["step"]), {})[row["metric"]] = float(row["value"])
    lists = [[(at["loss"], at["gradient_norm"]) for _, at in sorted(trace.items())] for trace in traces.values()]
    return dict(zip(["float32", "bfloat16"], lists))


def of_torch(arguments, model, precision):
    tokenizer = BertTokenizerFast.from_pretrained(model)
    lines = [line.rstrip("\n").split("\t") for line in open(arguments.task / "train.tsv", encoding="utf-8-sig")][1:]
    network = BertForSequenceClassification.from_pretrained(model).eval()  # no dropout
    decays = lambda name: "bias" not in name and "LayerNorm" not in name
    groups = [
        {"params": [p for n, p in network.named_parameters() if decays(n)], "weight_decay": 0.01},
        {"params": [p for n, p in network.named_parameters() if not decays(n)], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=2e-5, eps=1e-6)
    warmup, trace = math.floor(0.1 * arguments.updates), []
    for step in range(arguments.updates):
        rows = lines[step * arguments.batch_size :][: arguments.batch_size]
        batch = tokenizer(
            [row[3] for row in rows], [row[4] for row in rows], truncation=True, max_length=128, padding=True, return_tensors="pt"
        )
        labels = torch.tensor([int(row[0]) for row in rows])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            loss = network(**batch, labels=labels).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        left = arguments.updates - step
        rate = step / warmup if step < warmup else left / (arguments.updates - warmup)
        for group in optimizer.param_groups:
            group["lr"] = 2e-5 * rate
        optimizer.step()
        optimizer.zero_grad()
        trace.append((loss.item(), norm.item()))
    return trace


def apart(left, right):
    square = lambda place: sum((a[place] - b[place]) ** 2 for a, b in zip(left, right)) / len(left)
    return {"loss": round(math.sqrt(square(0)), 6), "gradient_norm": round(math.sqrt(square(1)), 5)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("batchscope", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("task", type=pathlib.Path)
    parser.add_argument("--updates", type=int, default=220)
    parser.add_argument("--batch-size", type=int, default=16)
    arguments = parser.parse_args()
    arguments.batchscope, arguments.task = arguments.batchscope.resolve(), arguments.task.resolve()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        model = folder / "model"
        BertForSequenceClassification.from_pretrained(arguments.model, num_labels=2).save_pretrained(model)
        for file in ["vocab.txt", "tokenizer.json", "tokenizer_config.json"]:
            shutil.copy(arguments.model / file, model)
        ours = of_batchscope(arguments, model, folder)
        theirs = {precision: of_torch(arguments, model, precision) for precision in ["float32", "bfloat16"]}
    result = {
        "torch": torch.__version__,
        "updates": arguments.updates,
        "batch_size": arguments.batch_size,
        "float32, batchscope and PyTorch": apart(ours["float32"], theirs["float32"]),
        "batchscope, bfloat16 and float32": apart(ours["bfloat16"], ours["float32"]),
        "PyTorch, bfloat16 and float32": apart(theirs["bfloat16"], theirs["float32"]),
        "losses": {
            name: [round(sum(loss for loss, _ in trace[-20:]) / 20, 4) for trace in traces.values()]
            for name, traces in [("batchscope", ours), ("PyTorch", theirs)]
        },
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
