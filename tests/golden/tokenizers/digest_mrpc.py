"""Writes mrpc.json: digests over the tokens of MRPC at several lengths.

    python digest_mrpc.py MRPC BERT     # a folder with train.tsv, dev.tsv, test.tsv; an uncased BERT's folder
"""

import hashlib
import json
import sys
from pathlib import Path

from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(sys.argv[2])
found = {}
for length in [16, 17, 32, 64, 128]:
    digest = hashlib.sha256()
    for name in ["train", "dev", "test"]:
        text = (Path(sys.argv[1]) / f"{name}.tsv").read_text(encoding="utf-8-sig")
        for line in text.split("\n")[1:]:
            if line:
                columns = line.split("\t")
                row = tokenizer(columns[3], columns[4], truncation=True, max_length=length)
                joined = [" ".join(map(str, row[key])) for key in ["input_ids", "token_type_ids"]]
                digest.update(("\t".join(joined) + "\n").encode())
    found[length] = digest.hexdigest()
(Path(__file__).parent / "mrpc.json").write_text(json.dumps(found, indent=1) + "\n")
