//! A stock of everyday English words and endings, so that the vocabulary can read more than the
//! corpus itself. It does not know which of them the corpus uses.

pub const WORDS: &str = "
about above across act action add after afternoon again against age agency agree air all allow
almost alone along already also although always among an and animal another answer any anyone
appear area argue arm army around arrive art as ask at attack attempt away baby back bad bag ball
band bank bar base be bear beat because become bed been before begin behind being believe below
best better between beyond big bill bird bit black blood blue board boat body book born both box
boy break bring brother brown budget build building bureau burn business but buy by call came camp
can capital car card care carry case catch cause cell center central century certain chance change
charge cheap check chief child choice church city civil claim class clear close coast cold college
color come common community company concern consider continue control cost could country county
couple course court cover create crew crime crisis crowd cup current cut daily damage dark data
daughter day dead deal death debt decide decision deep defense degree demand deny describe design
despite detail did die difference different difficult dinner director discover discuss disease do
doctor does dog dollar door down draw dream drive drop drug during each early earth east easy eat
economy edge effect effort eight either election else end enemy energy enjoy enough enter entire
even evening event ever every everyone evidence example expect expert explain eye face fact factor
fail fall family far farm fast father fear federal feel few field fight figure fill film final find
fine fire firm first fish five floor fly follow food foot for force foreign forest forget form
former forward four free friend from front full fund future game garden gas general get girl give
glass go goal gold good government great green ground group grow guess gun had hair half hand hang
happen happy hard has have he head health hear heart heat heavy help her here herself high hill him
himself his history hit hold home hope horse hospital hot hour house how however huge human hundred
husband i idea identify if image impact important in include income increase indeed industry
information inside instead interest into investment is island issue it item its itself job join
judge jump just justice keep key kid kill kind king kitchen know lake land language large last late
later law lawyer lay lead learn least leave left leg legal less let letter level lie life light
like likely line list listen little live local long look lose loss lot love low machine main major
make man manage many map mark market marriage matter may maybe mean measure media medical meet
meeting member memory mention message metal method middle might mile military million mind minister
minute miss model modern moment money month more morning most mother mountain move movement much
must my name nation national natural near nearly need never new news newspaper next night nine no
none nor north not note nothing notice now number occur of off offer office officer official often
old on once one only open operation or order other our out outside over own owner page pain paint
paper parent park part partner party pass past patient pay peace people per perhaps period person
phone picture piece place plan plant play player point police policy political poor popular
position possible power prepare present press pressure pretty prevent price prince private problem
process produce product program project protect prove provide public pull push put quality question
quick quite race radio raise range rate rather reach read ready real reason receive recent record
red region release remain remember remove report require research rest result return rich right
ring rise risk river road rock role room rule run safe same save say school science sea season seat
second section secretary security see seek seem sell senate send senior series serious serve service
set seven several she ship shoot short should show side sign similar simple since sing single
sister sit six size skill skin sleep slow small smile snow so social soldier some son song soon
south space speak special spend sport spring staff stage stand star start state station stay step
still stone stop store storm story street strong student study such suffer summer sun support sure
surface system table take talk task tax teach team tell ten term test than thank that the their
them themselves then there these they thing think third this those though thousand threat three
through throw thus time to today together tomorrow tonight too top total tough toward town trade
train travel treat tree trial trip trouble true try turn two type under understand union unit until
up upon us use usual value very victim view village violence visit voice vote wait walk wall want
war was watch water way we weapon wear week weight well went were west what when where whether
which while white who whole whom whose why wide wife will win wind window winter wish with within
without woman wood word work worker world worry would write wrong yard year yes yesterday yet you
young your
";

pub const ENDINGS: &[&str] = &[
    "able", "al", "ance", "ed", "ence", "er", "ers", "es", "est", "ful", "ian", "ing", "ion", "ist", "ity", "ive",
    "less", "ly", "ment", "ness", "ous", "ship", "tion", "ward", "way", "work",
];
