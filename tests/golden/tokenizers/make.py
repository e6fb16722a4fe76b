"""Writes tokenizers of every kind that BERT comes with, and what transformers makes of them.

    python make.py        # needs torch, transformers 5.24 and tokenizers 0.23.3; writes into the folder of this script

`expected.json` holds, for each kind, the files of its folder, the tokens of odd texts and pairs, and the loss of the tiny
model on a tiny task; `truncation.json` how many tokens of each sentence of a pair remain; `model.safetensors` and
`config.json` are the model that all kinds share; `SHA256SUMS` the digests of these files.
"""

import hashlib
import json
import tempfile
from pathlib import Path

import tokenizers
import torch
import transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertForSequenceClassification

HERE = Path(__file__).parent
ROWS = 192
MAX_LENGTH = 64

MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
OTHER_MARKS = ["<pad>", "<unk>", "<s>", "</s>", "<mask>"]
WORDS = """the a cat cats dog sat on mat un ##able ##s ##ing ##ed run ##ning ran The Cat CAT café cafe élan elan naïve naive
über uber Über straße strasse ß ##ß İ i istanbul Σ σ ς 中 文 字 ##文 中文 日 本 한국 ##국 한 ك ت ##ت ##ا ب كتاب שלום ש ##ל 😀
👍 ##👍 . , ! ? - _ ' " [ ] < > ( ) / mask sep cls pad unk MASK 1 2 3 ##1 ##2 12 x ##x y ##y z ##z fi ﬁ ® a1 new ##tok
tok en ##en New york YORK York @@s @@ing""".split()
VOCABULARY = MARKS + list(dict.fromkeys(WORDS))
OTHER_VOCABULARY = OTHER_MARKS + VOCABULARY[5:]

TEXTS = [
    "", " ", " \t\n ", "the cat sat on the mat.", "The CATS sat, unable!", "Cat CAT cat", "café élan naïve über",
    "cafe\u0301 e\u0301lan", "CAFÉ ÉLAN ÜBER Über", "cafe\u0327\u0301", "\u0301", "a\u0301\u0301\u0301b", "straße STRASSE ß ẞ",
    "İstanbul istanbul İ", "Σίσυφος ΣΑΣ σας", "中文字", "the中文cat", "日本 中 文文", "한국 한국어", "カタカナ", "كتاب كتب", "שלום שָׁלוֹם",
    "\u202eكتاب\u202c cat", "😀 👍 cat😀", "👍🏽 👩‍👩‍👧", "a\u200db", "ca\u200bt", "the\ufeffcat", "the\u00adcat", "the\u0000cat",
    "the\u0007cat\u001f", "the\ufffdcat", "the\u00a0cat", "the\u3000cat", "the\u2028cat", "the\u000bcat\u000csat", "the\r\ncat\tsat",
    "don't stop_this (now)", "x" * 99, "x" * 100, "x" * 101, "the " + "x" * 120 + " cat", "ﬁ fi ﬀ ®", "12 3 123 1.2",
    "[MASK]", "the [MASK] sat", "the[MASK]sat", "[CLS] the [SEP] cat [PAD] [UNK]", "[mask] [sep]", "[ MASK ]", "[MASK", "MASK]",
    "[MASK][MASK]", "<s> the </s> <mask> <pad> <unk>", "the <MASK> cat", "newtok the NEWTOK", "the newtoks", "anewtok newtok.",
    "the  newtok  cat", "New York new york NEW YORK", "the<left>cat", "the  <left>  cat", "the  <right>  cat", "word whole wholes",
    "the whole.", "ÜBERTOK übertok ubertok", "<extra_0> the <extra_1>", "<image> cat <audio>", "the @cats runs running", "a" * 30 + " the",
    "the cat " * 40, "…—“quoted”", "𝒜 𝐛 ½ ²", "e\u0301" * 5, "\U000e0001\U0001f1e9\U0001f1ea",
]
PAIRS = [
    ("the cat sat", "a dog ran"), ("the cat sat on the mat", "a dog"), ("a dog", "the cat sat on the mat."),
    ("the cat [SEP] sat", "[CLS] a dog [MASK]"), ("The CAFÉ 中文", "élan naïve newtok"), ("the cat sat on the mat", "the dog ran on the mat"),
    ("the cat sat on the mat " * 9, "a dog ran " * 12), ("", "the cat"), (" ", " "), ("\u200d", "the cat"),
]
PAIR_LENGTHS = [5, 6, 9, 12, 40]
TASK = [
    ("The CAFÉ was naïve.", "A cat sat on the mat", 0), ("the [MASK] sat [SEP] on", "newtok the cat", 1),
    ("中文 the CAT", "über élan running", 1), ("New York <left> cat", "the whole <extra_0>", 0),
    ("the cats ran unable", "Cat CAT cat", 1), ("straße İstanbul", "12 3 <s> </s>", 0),
    ("the cat sat on the mat and ran and ran", "a dog", 0), ("a dog", "the cat sat on the mat and ran and ran", 1),
]


def text_of(words):
    return "".join(f"{word}\n" for word in words)


def token(content, **flags):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True, **flags}


def typed(content, **flags):
    return {"__type": "AddedToken", **token(content, **flags)}


def numbered(tokens, first):
    return {str(first + place): token for place, token in enumerate(tokens)}


def tokenizer_json(words=VOCABULARY, marks=MARKS, added=None, **changes):
    pad, unk, cls, sep, mask = marks
    added = [dict(token(mark), id=words.index(mark)) for mark in marks] if added is None else added
    special = lambda mark: {"id": mark, "ids": [words.index(mark)], "tokens": [mark]}
    piece = lambda mark, kind: {"SpecialToken": {"id": mark, "type_id": kind}}
    text = lambda name, kind: {"Sequence": {"id": name, "type_id": kind}}
    json_ = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [piece(cls, 0), text("A", 0), piece(sep, 0)],
            "pair": [piece(cls, 0), text("A", 0), piece(sep, 0), text("B", 1), piece(sep, 1)],
            "special_tokens": {cls: special(cls), sep: special(sep)},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece", "unk_token": unk, "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": {word: place for place, word in enumerate(words)},
        },
    }
    for part, change in changes.items():
        json_[part] = {**json_[part], **change} if isinstance(json_[part], dict) and isinstance(change, dict) else change
    return json_


VOCAB = {"vocab.txt": text_of(VOCABULARY)}
NAMED = dict(zip(["pad_token", "unk_token", "cls_token", "sep_token", "mask_token"], OTHER_MARKS))
ADDED = [
    token("newtok", special=False, normalized=True), token("<left>", lstrip=True), token("<right>", rstrip=True),
    token("whole", single_word=True, special=False), token("ÜberTok", special=False, normalized=True),
    token("New York", special=False, normalized=True), token("<extra_0>"),
]
CASED = {"normalizer": {"lowercase": False}}
ODD = {"model": {"unk_token": "the", "continuing_subword_prefix": "@@", "max_input_chars_per_word": 5}, "pre_tokenizer": {"type": "WhitespaceSplit"}}


def config(**values):
    return {"tokenizer_config.json": values}


def with_class(name, **values):
    return config(tokenizer_class=name, **values)


KINDS = {
    "vocabulary": VOCAB,
    "fast-class": {**VOCAB, **with_class("BertTokenizerFast")},
    "cased": {**VOCAB, **config(do_lower_case=False)},
    "lower-keeping-accents": {**VOCAB, **config(do_lower_case=True, strip_accents=False)},
    "cased-stripping-accents": {**VOCAB, **config(do_lower_case=False, strip_accents=True)},
    "chinese-characters-together": {**VOCAB, **config(tokenize_chinese_chars=False, strip_accents=None)},
    "other-marks": {"vocab.txt": text_of(OTHER_VOCABULARY), **config(**NAMED)},
    "other-marks-as-objects": {
        "vocab.txt": text_of(OTHER_VOCABULARY),
        **config(**{key: typed(mark, lstrip=key == "mask_token") for key, mark in NAMED.items()}),
    },
    "special-map": {"vocab.txt": text_of(OTHER_VOCABULARY), "special_tokens_map.json": NAMED},
    "special-map-of-objects": {
        "vocab.txt": text_of(OTHER_VOCABULARY),
        "special_tokens_map.json": {
            key: {k: v for k, v in token(mark, lstrip=key == "mask_token", normalized=key == "pad_token").items() if k != "special"}
            for key, mark in NAMED.items()
        },
    },
    "special-map-over-config": {
        "vocab.txt": text_of(OTHER_VOCABULARY), **config(**{**NAMED, "mask_token": "the", "cls_token": "cat"}),
        "special_tokens_map.json": NAMED,
    },
    "decoder-over-special-map": {
        "vocab.txt": text_of(OTHER_VOCABULARY),
        **config(**NAMED, added_tokens_decoder=numbered([token(mark) for mark in OTHER_MARKS], 0)),
        "special_tokens_map.json": {**NAMED, "cls_token": "the", "mask_token": "cat"}, "added_tokens.json": {"newtok": len(VOCABULARY)},
    },
    "extra-marks": {**VOCAB, **config(bos_token="<s>", eos_token="</s>")},
    "added-tokens": {**VOCAB, "added_tokens.json": {"New York": len(VOCABULARY) + 1, "newtok": len(VOCABULARY), "ÜberTok": len(VOCABULARY) + 2}},
    "added-special-tokens": {
        **VOCAB, "added_tokens.json": {"<extra_0>": len(VOCABULARY), "newtok": len(VOCABULARY) + 1},
        "special_tokens_map.json": {"additional_special_tokens": ["<extra_0>"]},
    },
    "added-decoder": {**VOCAB, **config(added_tokens_decoder=numbered(ADDED, len(VOCABULARY)))},
    "added-decoder-cased": {**VOCAB, **config(do_lower_case=False, added_tokens_decoder=numbered(ADDED, len(VOCABULARY)))},
    "added-words-of-the-vocabulary": {
        **VOCAB, **config(added_tokens_decoder={"5": token("the", special=False, normalized=True), "7": token("cat", special=False)}),
    },
    "decoder-with-gaps": {
        **VOCAB, **config(added_tokens_decoder={str(len(VOCABULARY) + 9): token("newtok"), str(len(VOCABULARY) + 4): token("<extra_0>")}),
    },
    "named-in-the-decoder": {
        **VOCAB, **config(mask_token="newtok", added_tokens_decoder={str(len(VOCABULARY)): token("newtok", special=False, normalized=True)}),
    },
    "additional-special-tokens": {**VOCAB, **config(additional_special_tokens=["<extra_0>", "<extra_1>"])},
    "additional-special-objects": {**VOCAB, **config(additional_special_tokens=[typed("<left>", lstrip=True), "<extra_1>"])},
    "extra-special-tokens": {
        **VOCAB, **config(extra_special_tokens=["<extra_0>"], additional_special_tokens=["<extra_1>"]),
        "special_tokens_map.json": {"extra_special_tokens": ["<image>", "<extra_0>"], "additional_special_tokens": ["<audio>"]},
    },
    "additional-in-both": {
        **VOCAB, **config(additional_special_tokens=[]), "special_tokens_map.json": {"additional_special_tokens": ["<extra_0>"]},
    },
    "extra-special-names": {**VOCAB, **config(extra_special_tokens={"image_token": "<image>"}, audio_token="<audio>")},
    "null-marks": {**VOCAB, **config(pad_token=None, mask_token=None, bos_token=None)},
    "marks-split": {**VOCAB, **config(split_special_tokens=True, additional_special_tokens=["<extra_0>"])},
    "cut-left": {**VOCAB, **config(truncation_side="left")},
    "no-basic-tokenization": {**VOCAB, **config(do_basic_tokenize=False, never_split=["CAT", "newtok"])},
    "short-model": {**VOCAB, **config(model_max_length=8)},
    "without-types": {**VOCAB, **config(model_input_names=["input_ids", "attention_mask"])},
    "electra-class": {**VOCAB, **with_class("ElectraTokenizer", do_lower_case=False)},
    "distilbert-class": {**VOCAB, **with_class("DistilBertTokenizer", do_lower_case=False)},
    "class-of-the-model": {**VOCAB, "config.json": {"tokenizer_class": "DistilBertTokenizerFast"}},
    "vocabulary-with-ends": {"vocab.txt": "\r\n".join(VOCABULARY) + "\r\n\r\n"},
    "repeated-words": {"vocab.txt": text_of(VOCABULARY + ["the", "newtok", "cat"]), **config(additional_special_tokens=["<extra_0>"])},
    "json": {"tokenizer.json": tokenizer_json()},
    "json-of-a-cased-model": {"tokenizer.json": tokenizer_json(**CASED)},
    "json-lower-config-cased": {"tokenizer.json": tokenizer_json(), **config(do_lower_case=False)},
    "json-cased-config-lower": {"tokenizer.json": tokenizer_json(**CASED), **config(do_lower_case=True, strip_accents=False)},
    "json-beside-a-vocabulary": {"tokenizer.json": tokenizer_json(), "vocab.txt": text_of(reversed(VOCABULARY))},
    "json-with-added-tokens": {
        "tokenizer.json": tokenizer_json(added=[dict(t, id=len(VOCABULARY) + place) for place, t in enumerate(ADDED)]),
        "added_tokens.json": {"<image>": len(VOCABULARY) + 1},
    },
    "json-added-config-added": {
        "tokenizer.json": tokenizer_json(added=[dict(t, id=len(VOCABULARY) + place) for place, t in enumerate(ADDED)]),
        **config(added_tokens_decoder=numbered([token("<image>")], len(VOCABULARY))),
    },
    "json-of-odd-parts": {"tokenizer.json": tokenizer_json(**ODD)},
    "json-cutting-left": {
        "tokenizer.json": tokenizer_json(
            truncation={"direction": "Left", "max_length": 7, "strategy": "LongestFirst", "stride": 0},
            padding={"strategy": {"Fixed": 30}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
        ),
    },
    "json-with-other-marks": {"tokenizer.json": tokenizer_json(OTHER_VOCABULARY, OTHER_MARKS), **config(**NAMED)},
    "kept": {"tokenizer.json": tokenizer_json(**CASED), **with_class("PreTrainedTokenizerFast", do_lower_case=True)},
    "kept-of-odd-parts": {"tokenizer.json": tokenizer_json(**ODD), **with_class("PreTrainedTokenizerFast")},
    "kept-with-types": {
        "tokenizer.json": tokenizer_json(added=[]),
        **with_class("TokenizersBackend", model_input_names=["input_ids", "token_type_ids"], mask_token="[MASK]", additional_special_tokens=["<extra_0>"]),
    },
    "kept-with-added-tokens": {
        "tokenizer.json": tokenizer_json(added=[dict(t, id=len(VOCABULARY) + place) for place, t in enumerate(ADDED)]),
        **with_class("PreTrainedTokenizerFast", added_tokens_decoder=numbered([token("newtok", special=True), token("<left>")], len(VOCABULARY))),
    },
    "kept-padding": {
        "tokenizer.json": tokenizer_json(
            added=[],
            padding={"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
        ),
        **with_class("PreTrainedTokenizerFast"),
    },
}


def model_config():
    return BertConfig(
        vocab_size=ROWS, hidden_size=32, num_hidden_layers=1, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=MAX_LENGTH, initializer_range=0.4,
    )


def tiny_model():
    torch.manual_seed(0)
    model = BertForSequenceClassification(model_config()).eval()
    for parameter in model.parameters():  # BERT begins with biases of zero, which would test nothing
        if parameter.ndim == 1:
            parameter.data += 0.1 * torch.randn_like(parameter)
    model.half().float()  # few bits, so that the file can be small
    model.save_pretrained(HERE)
    saved = json.loads((HERE / "config.json").read_text())
    for key in ["transformers_version", "dtype"]:
        saved.pop(key, None)
    (HERE / "config.json").write_text(json.dumps(saved, indent=1) + "\n")


def write(folder, files):
    for name, content in files.items():
        if name == "config.json":
            content = {**json.loads((HERE / name).read_text()), **content}
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (folder / name).write_bytes(text.encode())


def expected(files, model):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write(folder, {"config.json": {}, **files})
        tokenizer = AutoTokenizer.from_pretrained(folder)
        encode = lambda *text, length: tokenizer(*[[part] for part in text], truncation=True, max_length=length)
        rows = []
        for first, second, label in TASK:
            batch = encode(first, second, length=MAX_LENGTH)
            with torch.no_grad():
                rows.append(model(**{k: torch.tensor(v) for k, v in batch.items()}, labels=torch.tensor([label])).loss.item())
        return {
            "files": {name: content if isinstance(content, str) else json.dumps(content, ensure_ascii=False) for name, content in files.items()},
            "singles": [encode(text, length=MAX_LENGTH)["input_ids"][0] for text in TEXTS],
            "pairs": [
                [[found["input_ids"][0], found.get("token_type_ids", [[0] * len(found["input_ids"][0])])[0]]
                 for found in [encode(first, second, length=length) for length in PAIR_LENGTHS]]
                for first, second in PAIRS
            ],
            "loss": sum(rows) / len(rows),
        }


def truncation():
    """[max_length, tokens of the first sentence, tokens of the second] -> what remains of each."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {"config.json": {}, **VOCAB})
        tokenizer = AutoTokenizer.from_pretrained(folder)
        first, second = VOCABULARY.index("cat"), VOCABULARY.index("dog")
        cases = [(m, a, b) for m in range(5, 17) for a in range(0, 15) for b in range(0, 15)]
        cases += [(32, 37, 32), (32, 32, 37), (32, 37, 37), (32, 33, 32), (33, 90, 91), (33, 91, 90), (32, 29, 90), (32, 300, 299)]
        found = []
        for most, a, b in cases:
            ids = tokenizer([" ".join(["cat"] * a)], [" ".join(["dog"] * b)], truncation=True, max_length=most)["input_ids"][0]
            found.append([most, a, b, ids.count(first), ids.count(second)])
        return found


def lines(values):
    return "[\n" + ",\n".join(json.dumps(value, ensure_ascii=True) for value in values) + "\n]"


def main():
    tiny_model()
    model = AutoModelForSequenceClassification.from_pretrained(HERE).eval()
    kinds = {name: expected(files, model) for name, files in KINDS.items()}
    head = {
        "made_with": {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__},
        "max_length": MAX_LENGTH, "pair_lengths": PAIR_LENGTHS, "texts": TEXTS, "pairs": PAIRS, "task": TASK,
    }
    parts = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    parts.append('"kinds": {\n' + ",\n".join(f"{json.dumps(name)}: {json.dumps(kind)}" for name, kind in kinds.items()) + "\n}")
    (HERE / "expected.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")
    (HERE / "truncation.json").write_text(json.dumps(truncation()) + "\n")
    names = ["config.json", "expected.json", "model.safetensors", "truncation.json"]
    digests = [f"{hashlib.sha256((HERE / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (HERE / "SHA256SUMS").write_text("".join(digests))


if __name__ == "__main__":
    main()
