"""The experiment of docs/MRPC.md by PyTorch and transformers, for comparison.

The same protocol, with PyTorch's own shuffling, dropout and initialisation of the classifier: 5 % of the training set for
validation (the pairs that batchscope takes at seed 0), GLUE's dev set scored at the end, AdamW with decoupled weight decay
(not on biases and LayerNorm), bias correction, eps 1e-6, gradients clipped at norm 1, linear warm-up over a tenth of the
updates and linear decay to 0, dropout 0.1, the last partial batch of an epoch dropped, batches padded to their longest pair.

usage: python pytorch.py MODEL_FOLDER MRPC_FOLDER [--batch-sizes 8,64] [--instances 3] [--threads 1] [--bfloat16] >> pytorch.jsonl
needs: pip install torch transformers

Prints one JSON line per run: batch_size, iid, valid_accuracy of every epoch, dev_accuracy, pairs and seconds of training.
Runs that the standard output already holds, where it is a file opened for appending, have to be left out with --skip N.
"""
import argparse
import json
import sys
import time

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix64(z):
    """SplitMix64's finaliser, as in src/domain/random.rs."""
    z = (z + GOLDEN) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def with_field(key, field):
    return mix64(key ^ ((field + 1) * GOLDEN & MASK))


def validation_indices(count, share=0.05, seed=0):
    """The examples that batchscope holds out for validation."""
    key = with_field(mix64(seed), 4)
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        choice = with_field(key, last) * (last + 1) >> 64
        order[last], order[choice] = order[choice], order[last]
    return set(order[: int(count * share)])


def read(path):
    with open(path, encoding="utf-8-sig") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    return [(int(label), first, second) for label, _, _, first, second in rows]


def encode(tokenizer, rows):
    encoded = tokenizer([r[1] for r in rows], [r[2] for r in rows], truncation=True, max_length=128)
    return [
        (ids, types, label)
        for ids, types, (label, _, _) in zip(encoded["input_ids"], encoded["token_type_ids"], rows, strict=True)
    ]


def collate(examples):
    width = max(len(ids) for ids, _, _ in examples)
    ids = torch.zeros(len(examples), width, dtype=torch.long)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    for row, (tokens, kinds, _) in enumerate(examples):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        types[row, : len(tokens)] = torch.tensor(kinds)
        mask[row, : len(tokens)] = 1
    batch = {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}
    return batch, torch.tensor([label for _, _, label in examples])


def accuracy(model, examples, size=64):
    model.eval()
    right = 0
    with torch.inference_mode():
        for at in range(0, len(examples), size):
            batch, labels = collate(examples[at : at + size])
            right += (model(**batch).logits.argmax(-1) == labels).sum().item()
    model.train()
    return right / len(examples)


def train(options, sets, batch_size, iid):
    torch.manual_seed(1000 * batch_size + iid)
    model = AutoModelForSequenceClassification.from_pretrained(options.model, num_labels=2)
    model.train()
    named = list(model.named_parameters())
    is_plain = lambda name: name.endswith(".bias") or "LayerNorm" in name
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for name, p in named if not is_plain(name)], "weight_decay": 0.01},
            {"params": [p for name, p in named if is_plain(name)], "weight_decay": 0.0},
        ],
        lr=2e-5,
        eps=1e-6,
        fused=True,
    )
    per_epoch = len(sets["train"]) // batch_size
    updates = options.epochs * per_epoch
    warmup = int(0.1 * updates)
    rate = lambda step: step / warmup if step < warmup else (updates - step) / (updates - warmup)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    valid, seconds = [], 0.0
    for _ in range(options.epochs):
        started = time.perf_counter()
        order = torch.randperm(len(sets["train"])).tolist()
        for at in range(0, per_epoch * batch_size, batch_size):
            batch, labels = collate([sets["train"][index] for index in order[at : at + batch_size]])
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.bfloat16):
                loss = model(**batch, labels=labels).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
        seconds += time.perf_counter() - started
        valid.append(round(accuracy(model, sets["valid"]), 4))
    return {
        "batch_size": batch_size,
        "iid": iid,
        "precision": "bf16 autocast" if options.bfloat16 else "f32",
        "valid_accuracy": valid,
        "dev_accuracy": round(accuracy(model, sets["dev"]), 4),
        "pairs": updates * batch_size,
        "seconds": round(seconds, 1),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("mrpc")
    parser.add_argument("--batch-sizes", default="8,64")
    parser.add_argument("--instances", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--skip", type=int, default=0, help="how many runs to leave out at the start")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    tokenizer = AutoTokenizer.from_pretrained(options.model)
    all_train = encode(tokenizer, read(f"{options.mrpc}/train.tsv"))
    held_out = validation_indices(len(all_train))
    sets = {
        "train": [example for index, example in enumerate(all_train) if index not in held_out],
        "valid": [all_train[index] for index in sorted(held_out)],
        "dev": encode(tokenizer, read(f"{options.mrpc}/dev.tsv")),
    }
    print({name: len(examples) for name, examples in sets.items()}, file=sys.stderr)
    cells = [(int(size), iid) for iid in range(options.instances) for size in options.batch_sizes.split(",")]
    for batch_size, iid in cells[options.skip :]:
        print(json.dumps(train(options, sets, batch_size, iid)), flush=True)


if __name__ == "__main__":
    main()
