import type { CorpusWords } from './tokenizer.ts';

/** Words of the corpus that are two tokens after a space. */
const two = `
Afterward Balloons Bargaining Barometers Blends Comets Contour Cracks Distances Drones Drums Glaze Hems Inspectors
Joints Larch Marmots Meanders Musicians Otters Painters Passengers Printers Proofs Sacks Satellites Shards Shavings
Shelves Shepherds Silt Slugs Stalls Toward Trams Tunnels Violins Watering acacia acoustics barge barrow bassoon
bellies bruises buoys calms canoes cartographer chalked chestnut chisel clover cobbles crackle darkens disagreed
drifted drips empties escapement faintly ferries forgives freighters grafted gulls hatched heron hiker hosed hums
leans loaves meltwater mended millimeters moonless murmur oboe observatory oiled pensioners pigeons potter prams
pretends quarries quietest rags ripens rivet saffron scold shears shivers shrinks silences slats smears snails
straightened surveyors swallows sweeps taster terminus thicknesses thunderhead tock tulips uncles weir wither zippers
`;

const three = `
Pendulums Varnish cabbages hurries quarreled slurps sourdough unthinkable
`;

/** Its words of three letters or more, in lower case, that are not one token both after a space and at the start. */
const unfitForStart = `
acacia acoustics advice afterward agrees anyone anywhere apology apples apprentice apprentices argues arranged arrive
arrives autumn backward badly baker baking balloons bargaining barge barometers barrow basin bassoon batteries becomes
bees beginning begins bellies bending beside beyond bicycle bicycles bitter blankets blends boil bottle bowed bowl
bowls braided brass brave breakfast breath breathe bridges brings bronze bruises bunch buoys burns bush cabbages cable
cables cafe calf calms canoes careful careless caring carpenter carpets carried carries cartographer catalogue century
chalked chapel cheese cherry chestnut chipped chisel chords churches circular clay cliffs climb climbs clocks clouds
clover coast coats cobbles colony comets compost conductor constellation continues contour cooler copied copper
corrected corridors cough council counted courtesy crackle cracks crane crates crosses crust curious curtains customs
cyclists damp dances darkens darker dawn decides decisions decoration depot descent diary dining directly disagreed
dislike dispute distances distant dome dough downstream downward drawers drawn drew drift drifted drinks drips drones
dropped drums dull dusk eagle earlier easily eats eclipse eleven empties engineers enjoy enough envelopes escapement
evening evenings everybody everywhere expands explain explains exposed factories faded faint faintly families farmers
feathers fence ferries ferry fever fewer fifty finds fingers finishes firmly flashes flavor floats flood flour folded
folds forgives forgotten forty fountain fragrant freezes freight freighters frost funnel furnace gains galaxies gaps
gardener gardens gauge generations gentle gives glacier glasses glaze glue goes gossip grafted grandchildren grapes
gravel grit growing guessing guests gulls handful hangs happened happens harbor hatched hears hedge hems heron hides
hiker hills hive holidays hollow honest honestly honey horses hosed hums hundred hurries hurry imagination inspectors
instruments island itself jacket jars joints june keeps kept kiln kinds kiosk knives knowing knows labelled ladder
lamps lantern larch largely lavender lawn leaning leans learned learns leaves leaving lemons lifted lighthouse loaf
loaves locomotive loft lonely longer loose loosely loud loudly luggage lump lunch marmots marsh meanders measured
measures measuring mechanics meets meltwater mended mercury midnight millimeters missed mistakes mondays mood moonless
morning mornings mountains moved murmur musicians narrow needles nights ninety nobody noon notebook noticing nowhere
numbered oboe observatory oiled oldest optimism orchard orchestra otters outlines overhead overloaded painted painters
partly passage passengers patience pears pencil pendulums pensioners perfectly piano pigeons piled pits planets plenty
polished politely potter pours powdered praised prams precisely pressing pretends printers promised proofs proud
pulled punched pushes quarreled quarries quay queens questioned quietest radios rags rarely reaches recorder reeds
regret rehearsal remains remembered remembers repaired rhythm ribbon ripens rivet rolls rye sacks saffron sag salmon
satellites saturday says scold scout scratches screws seeds seem seems sells serious serves settles sewing sewn
shadows shakes shards shavings shears sheep sheets shelf shelves shepherds shivers shorter shout shrinking shrinks
shutters sieve silence silences sill silt sings sinks sits slate slats sleeve slight slightly slowly slows slugs
slurps smaller smears smell smile smoke snails somebody soup sourdough sparks speaks spices spine springs stalk stalls
stamped stayed stirring stopped stops straightened stripes stronger strongest stubborn suits summit sunday sunshine
supplies surprised surprisingly surveyors swallows sweeps tailor tasted taster tells terminus therefore thickness
thicknesses thinks thirty thousand thunderhead tide tied timetable tins tock together tolerated toll tomatoes tomorrow
tongue took tooth touches toward trader tradition trams travelers travels trays trucks tuesdays tulips tuner tunes
tunnels turning turns twelve twenty twice umbrellas uncles unthinkable upside upward valley valleys vanish varnish
vessels village vineyard violins visitors volumes volunteer waits wakes walked walkers wants warmed warmer warmth
watches watermark wears weighs weir welded wells wheat wheels whisper whistle whoever wings wither wool workshop
wrinkles youngest zippers
`;

const list = (text: string): string[] => text.trim().split(/\s+/);

/**
 * What o200k_base makes of the corpus, so that nobody loads the vocabulary to write a prompt.
 * Its counts add up at spaces, and every mark of punctuation is a token. The test counts all of it again.
 */
export function corpusWords(): CorpusWords {
  const tokens = new Map([
    ...list(two).map((word) => [word, 2] as const),
    ...list(three).map((word) => [word, 3] as const),
  ]);
  const unfit = new Set(list(unfitForStart));
  return {
    tokens(word) {
      const letters = /^[a-z]*/i.exec(word)?.[0] ?? '';
      return (tokens.get(letters) ?? 1) + word.length - letters.length;
    },
    startsText: (word) => !unfit.has(word),
  };
}
