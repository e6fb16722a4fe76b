"""Writes small logs with the real writers: torch, tensorboardX, TensorFlow 2, transformers' Trainer, Lightning's CSV logger.

    pip install torch tensorboard tensorboardX tensorflow-cpu transformers accelerate lightning
    python make.py        # replaces the folders beside this script, then SHA256SUMS

`expected.json` has the values that were given to the writers, as TensorBoard's own reader gives them back where there is one.
Names of event files and their wall times are made the same each time, as far as the writers allow.
"""

import hashlib
import json
import math
import multiprocessing
import os
import pathlib
import shutil

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
here = pathlib.Path(__file__).parent
FOLDERS = ["torch", "tensorboardx", "tensorflow", "trainer", "lightning"]


def rename_event_files(root):
    """Their names hold the time, the host and the process."""
    for folder in sorted({path.parent for path in root.rglob("events.out.tfevents.*")}):
        for number, path in enumerate(sorted(folder.glob("events.out.tfevents.*"))):
            path.rename(folder / f"events.out.tfevents.{1700000000 + number}.host.1.{number}")


def value(batch_size, seed, step):
    return 0.9 - 0.02 * math.log2(batch_size) + 0.003 * seed - 0.3 * math.exp(-step / 4)


def write_torch(expected):
    """torch: a grid of folders, validation in a folder of its own, one run restarted with purge_step."""
    from torch.utils.tensorboard import SummaryWriter

    for batch_size in [2, 8]:
        for seed in [0, 1]:
            name = f"bs{batch_size}/baseline/seed{seed}"
            with SummaryWriter(here / "torch" / name) as writer:
                for step in range(10):
                    writer.add_scalar("train/loss", 1 - value(batch_size, seed, step), step, walltime=1.7e9 + step)
                    writer.add_scalar("eval/accuracy", value(batch_size, seed, step), step, walltime=1.7e9 + step)
                writer.add_text("note", "not a scalar", 0, walltime=1.7e9)
            expected[f"torch/{name}"] = {
                "eval/accuracy": [[step, value(batch_size, seed, step)] for step in range(10)],
                "train/loss": [[step, 1 - value(batch_size, seed, step)] for step in range(10)],
            }
    with SummaryWriter(here / "torch/bs2/baseline/seed1", purge_step=6) as writer:
        for step in range(6, 12):
            writer.add_scalar("eval/accuracy", 0.5 + step / 100, step, walltime=1.7e9 + 100 + step)
    expected["torch/bs2/baseline/seed1"] = {
        "eval/accuracy": [[s, value(2, 1, s)] for s in range(6)] + [[s, 0.5 + s / 100] for s in range(6, 12)],
        "train/loss": [[s, 1 - value(2, 1, s)] for s in range(6)],
    }


def write_tensorboardx(expected):
    """tensorboardX, with hyperparameters, which go into a folder of their own."""
    import tensorboardX

    for seed in [0, 1]:
        with tensorboardX.SummaryWriter(str(here / f"tensorboardx/run-{seed}")) as writer:
            for step in range(5):
                writer.add_scalar("accuracy", value(16, seed, step), step, walltime=1.7e9 + step)
            writer.add_hparams(
                {"batch_size": 16, "seed": seed, "learning_rate": 1e-4, "optimizer": "adam", "nesterov": False},
                {"best": 0.5},
                name="hparams",
                global_step=4,
            )
        expected[f"tensorboardx/run-{seed}"] = {"accuracy": [[step, value(16, seed, step)] for step in range(5)]}


def write_tensorflow(expected):
    """TensorFlow 2 writes scalars as tensors."""
    import tensorflow as tf
    from tensorboard.plugins.hparams import api as hparams

    for split in ["train", "validation"]:
        with tf.summary.create_file_writer(str(here / "tensorflow" / "bs32-seed0" / split)).as_default():
            if split == "train":
                hparams.hparams({"batch_size": 32, "learning_rate": 0.001, "optimizer": "sgd"}, trial_id="trial")
            for step in range(5):
                tf.summary.scalar("epoch_accuracy", value(32, 0, step), step)
            tf.summary.histogram("weights", [1.0, 2.0, 3.0], step=0)
    expected["tensorflow/bs32-seed0"] = {
        f"{split}/epoch_accuracy": [[step, value(32, 0, step)] for step in range(5)] for split in ["train", "validation"]
    }


def write_trainer(expected):
    """transformers' Trainer on a tiny model."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

    config = BertConfig(
        vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, max_position_embeddings=8
    )
    examples = [{"input_ids": torch.tensor([2, 5 + i % 9, 3]), "labels": torch.tensor(i % 2)} for i in range(16)]
    for batch_size in [4, 8]:
        torch.manual_seed(0)
        name = f"trainer/bs{batch_size}-seed0"
        arguments = TrainingArguments(
            output_dir=str(here / name),
            per_device_train_batch_size=batch_size,
            num_train_epochs=3,
            logging_steps=1,
            eval_strategy="epoch",
            save_strategy="epoch",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
        )
        accuracy = lambda p: {"accuracy": float((p.predictions.argmax(-1) == p.label_ids).mean())}
        trainer = Trainer(
            BertForSequenceClassification(config), arguments, train_dataset=examples, eval_dataset=examples, compute_metrics=accuracy
        )
        trainer.train()
        logged = {}
        # without `save_state`, the newest state is that of the last checkpoint, and the last entry comes after it
        log = trainer.state.log_history if batch_size == 8 else trainer.state.log_history[:-1]
        for entry in log:
            for key, number in entry.items():
                if key not in ["step", "epoch"] and isinstance(number, (int, float)):
                    logged.setdefault(key, []).append([entry["step"], number])
        expected[name] = logged
        if batch_size == 8:
            trainer.save_state()
        for path in (here / name).rglob("*"):
            if path.is_file() and path.name != "trainer_state.json":
                path.unlink()


def write_lightning(expected):
    """Lightning's CSV logger under its own Trainer."""
    import lightning
    import torch
    from lightning.pytorch.loggers import CSVLogger

    class Tiny(lightning.LightningModule):
        def __init__(self, batch_size, seed, learning_rate):
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch, _):
            loss = (self.layer(batch[0]) ** 2).mean()
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch, _):
            self.log("val_accuracy", value(self.hparams.batch_size, self.hparams.seed, self.global_step))

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=self.hparams.learning_rate)

    data = torch.utils.data.TensorDataset(torch.linspace(0, 1, 16)[:, None])
    for batch_size, seed in [(4, 0), (8, 0)]:
        lightning.seed_everything(seed, verbose=False)
        trainer = lightning.Trainer(
            max_epochs=3,
            logger=CSVLogger(here, name="lightning"),
            log_every_n_steps=1,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            accelerator="cpu",
        )
        loader = torch.utils.data.DataLoader(data, batch_size=batch_size)
        trainer.fit(Tiny(batch_size, seed, 0.1), loader, loader)
        steps = 16 // batch_size
        # Lightning logs an epoch's evaluation at the step of its last update, counted from 0
        expected[f"lightning/version_{trainer.logger.version}"] = {
            "val_accuracy": [[steps * e - 1, value(batch_size, seed, steps * e)] for e in [1, 2, 3]]
        }


def in_a_process_of_its_own(name, results):
    """torch and TensorFlow cannot be loaded together."""
    expected = {}
    globals()[f"write_{name}"](expected)
    results.put(expected)


if __name__ == "__main__":
    expected = {}
    processes = multiprocessing.get_context("spawn")
    for name in FOLDERS:
        shutil.rmtree(here / name, ignore_errors=True)
        results = processes.Queue()
        process = processes.Process(target=in_a_process_of_its_own, args=(name, results))
        process.start()
        expected |= results.get()
        process.join()
    rename_event_files(here)
    for folder in sorted((path for path in here.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    (here / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    files = sorted(path for path in here.rglob("*") if path.is_file() and path.suffix != ".py" and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(here)}\n" for path in files]
    (here / "SHA256SUMS").write_text("".join(lines))
    print(sum(path.stat().st_size for path in files), "bytes in", len(files), "files")
