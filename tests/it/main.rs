//! The whole program, from outside: one binary, a module a promise.

mod calibration; // verdicts on sweeps whose truth is known
mod containers; // weights in shards, wrapped, beside other heads
mod corpus; // the embedded corpus is what its program makes
mod damage; // whatever happened to a file of a store, the rest goes on
mod dashboard; // the real binary in a terminal
mod demo;
mod embedded; // the embedded default trains at every batch size
mod formats; // the same pairs are the same task in any format
mod fused; // the fused layer is the composed layer
mod golden; // our numbers against PyTorch's
mod interruption; // killed and stopped runs go on and end the same
mod layers; // imports point down only
mod model; // what must hold of the model whatever its numbers
mod causes;
mod checkpoints; // real checkpoints' spellings, and what is refused
mod fetching; // models by name, from a spec to runs
mod heads; // which classifier a run begins with
mod hub; // files from the hub, whole and verified or not at all
mod hugging_face; // kept weights leave as a folder that transformers loads
mod realizations; // nothing is trained twice, and what is added is trained
mod arbitrary; // no parser panics or allocates wildly, whatever it is fed
mod fuzzing; // whatever keys, news and sizes come, the dashboard stands
mod faults; // full disks, read-only and newer stores, runs that go wrong
mod own_data;
mod older_runs; // runs of an earlier version can be looked at
mod pictures; // pictures can be redrawn to the byte, whatever happened since
mod pretraining; // the same bits however pre-training is cut and spread; a start of one's own can be fine-tuned
mod refusals; // bad input ends with exit code 2, a message, and nothing in the store
mod runs; // looking at a store: list, show, diff, remove
mod report; // the answer from a store
mod screens; // what the screen looks like
mod steering; // pause, cancel, again, workers: no trace in a number
mod statistics; // our statistics against scipy's
mod support; // small models and data to test with
mod sweep; // a sweep from the command line to the store
mod tensorboard; // curves under readable names, whole however often they were interrupted
mod tasks; // every task of GLUE in its own layout, by name and from folders
mod terminal; // given back whatever comes, and nothing is lost
mod json_lines;
mod latency; // keys are answered soon while every core trains
mod tokenizers; // every kind of tokenizer that BERT comes with, against transformers
mod time_left; // the time left is true from the first tenth on
