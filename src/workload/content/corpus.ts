/**
 * Plain prose for prompts, written for this project. One sentence a line; a prompt is a seeded
 * selection of sentences, so that its text reads like text without saying anything that matters.
 */
export const corpus = `
The harbor wakes before the town does, and the first sound is always rope against wood.
A pilot boat leaves at four in the morning to meet the freighters that wait outside the bar.
Nobody hurries on the quay, because hurry is how fingers are lost.
The crane operator drinks cold tea from a bottle and watches the tide gauge more than his watch.
When the wind turns north the gulls move to the roof of the customs house and stay there until evening.
Ships bring paper, salt, machine parts and once a year a carousel that travels in numbered crates.
The harbor master keeps a ledger by hand although a computer does the same work in the next room.
She says that a page shows mistakes which a screen politely hides.
Every barge has a painted mark at the water line, and a child could tell which one is overloaded.
In winter the smaller basin freezes along its edges and the ferries break a path through the thin ice.
Old buoys lie in the yard behind the chapel, round and faded, like fruit that nobody came to pick.
At noon a bell rings twice, once for the tide and once for lunch.
Baking bread is mostly waiting, and the waiting is where the flavor comes from.
The dough rests under a damp cloth while the oven learns its temperature again.
A good loaf sings when it leaves the heat, a faint crackle as the crust shrinks.
Rye needs more water than wheat and forgives less when the cook is careless.
The baker marks each round with four quick cuts so that it opens where she wants it to.
Salt is added late, after the flour has taken up the water on its own.
Children of the street know which hour brings the broken rolls that are given away.
A sourdough starter is a small animal that eats at the same time every day.
On holidays there are braided loaves with seeds, and the queue reaches the fountain.
The delivery bicycle has a basket so wide that it must be walked through the gate.
Flour hangs in the morning light like a slow kind of snow.
By nine the shelves are half empty and the baker finally sits down.
The weather station stands on a hill that used to be a vineyard.
Its instruments are painted white, because shade must not come from color but from slats.
Rain is measured in a copper funnel that drips into a narrow glass.
Twice a day a volunteer climbs the path and writes nine numbers into a blue notebook.
The record goes back one hundred and thirty years with only eleven missing days.
Those days were a flood, a fever, and nine mornings of very deep snow.
A sunshine recorder burns a line into a card, and clouds leave gaps in the line.
Barometers fall before storms, but they also fall before nothing at all.
The best forecast for tomorrow is still, surprisingly often, the weather of today.
Balloons carry small radios upward until they burst, and farmers mail the remains back.
Wind is strongest in the hour after noon when the valley floor has warmed.
Frost settles in the hollow by the stream long before it touches the orchard.
A clock maker hears an error before seeing it.
The escapement should say two things, tick and tock, with equal patience.
Brass wears more slowly than steel when both are clean and well oiled.
Inside the tower clock there are stones that fall a little every hour and must be lifted again.
Pendulums grow longer in summer and the hands fall behind by a few seconds a day.
To correct them the keeper lays a coin on the bob, and takes it away in autumn.
Each gear carries the scratches of those who repaired it, dated in tiny numbers.
A watch that has been dropped remembers it for the rest of its life.
Visitors always ask for the oldest piece, and the maker always shows them the youngest.
Time is kept by agreement, he says, and clocks are only how we agree.
The springs are kept in paper envelopes, sorted by strength and by hope.
When the power fails in the street, his shop is the only one that does not notice.
The library was built for twenty thousand books and now holds ninety.
Shelves run along the corridors, under the stairs, and around the furnace room.
A reader may take a ladder, but the ladder must be signed for.
Maps lie flat in wide drawers and smell faintly of glue and lemons.
The catalogue is on cards, then on film, then on a server, and none of the three agrees.
Returned volumes wait on a cart until somebody has time to be curious about them.
Between the pages people leave train tickets, feathers, recipes, and letters never sent.
The quietest room is not the reading hall but the loading dock on a Sunday.
Children are allowed to whisper anywhere and to shout on the lawn.
A mended spine is stronger than a new one if the paste was given a full night.
The director reads one book a year that she is sure to dislike.
Rain on the glass roof makes everyone look up at the same moment.
Gardens are arguments with the weather that the gardener expects to lose politely.
Tomatoes want warmth, support, and to be left alone in the evening.
Beans climb whatever they are given and regret nothing.
The compost heap is warm in the middle even when the lid carries snow.
Paths should be wide enough for a barrow and a conversation.
A hedge keeps wind out better than a wall, since it lets a little through.
Slugs arrive after rain and leave before anyone can explain the rules to them.
Seeds from last year sleep in jars labelled with a soft pencil.
The pear tree was grafted with three kinds and ripens in three different weeks.
Lavender along the fence hums from June until the first cool nights.
Watering in the morning feeds the roots, and watering at night feeds the snails.
An empty bed in spring is not empty, it is only reading.
Bridges are built from both banks and meet in the middle if the survey was honest.
The oldest one here has seven arches and no two of them are equal.
Steel expands on hot days, so there are joints that let the road breathe.
Inspectors walk below the deck with lamps and tap each rivet with a small hammer.
A loose rivet answers with a dull note, and the note is written down.
Traffic makes the cables murmur in a key that pigeons seem to enjoy.
During the flood of the last century the toll house drifted away with its curtains drawn.
Engineers load a new bridge with trucks full of gravel and measure how far it bows.
It bowed eleven millimeters, which was two fewer than the drawing promised.
Paint is not decoration but armor, and the crew that finishes must begin again.
Under the third span swallows have built a town of their own.
Fog sometimes takes the far bank away, and people cross on trust.
Clay remembers the hands that pressed it, even after the fire.
A bowl begins as a lump in the exact center of a turning wheel.
If it is not in the center, no skill later on will save it.
Glaze is powdered glass, water, and a metal that decides the color.
Copper turns green in plenty of air and red when the air runs short.
The kiln is opened on the second day, and nobody speaks until the first shelf is out.
Cracks appear where the wall was too proud or the base too thin.
Broken cups are ground to grit and folded into the next batch.
The potter sells the plain ones and keeps the odd ones on a window sill.
A handle must be pulled, not rolled, or it looks like a visitor.
Shards under the floor show that this yard has made jars for a thousand years.
Some evenings the wheel turns with nothing on it, just for company.
A map is a list of decisions about what to leave out.
Coast lines are as long as the patience of the person who measures them.
The surveyors carried chains through marsh and forest and quarreled about the north.
Contour lines bunch together where walkers will later run out of breath.
Blue is for water everywhere, although much of the water is brown.
The legend explains churches, wells, quarries, and a symbol that nobody remembers.
Paper maps tear along the folds, precisely where the interesting village is.
A cartographer once drew a false street to catch those who copied her.
The street was later built, because the council trusted the map.
Scale is a promise that one finger will always mean the same distance.
At the edge of the sheet the road continues without apology.
Travelers fold maps badly, and that too is a kind of signature.
Bees leave the hive when the air is warm enough to hold them.
A scout returns and dances the direction of a field of clover.
The angle of the dance is the angle of the sun, corrected as it moves.
In a strong season a hive gains the weight of a small dog every week.
Smoke calms the colony because it thinks about leaving and eats before the trip.
Drones do little work, and in autumn they are shown the door.
Honey from chestnut is dark and bitter, and honey from acacia is almost water.
Wax is pressed into sheets with a pattern that tells the bees where to begin.
The keeper wears white, moves slowly, and hums without knowing it.
Queens are marked with a dot of paint, one color for each year.
Winter bees live for months, while summer bees wear out their wings in weeks.
A healthy hive sounds like a distant road heard through a wall.
The night train has twelve cars and one conductor who knows all the dogs by name.
It stops at a junction where nobody boards, because the timetable was written before the war.
Passengers sleep in their coats and wake up in another alphabet.
The dining car serves soup from a pot that never seems to empty.
Rails are welded now, so the old rhythm of the wheels is mostly a memory.
In the mountains a second engine pushes from behind and says nothing about it.
Signals are green, amber, red, and in one lonely station a lantern.
A late train makes everyone on the platform into an expert.
Freight is patient and waits on side tracks for the express to pass.
The mail van was removed years ago, but its hooks still line the wall.
Tunnels are cooler than the valley in summer and warmer in winter.
At the border the locomotive is changed, and for ten minutes the cars stand in silence.
The lighthouse has not had a keeper since the lamp learned to look after itself.
Before that, three families shared the rock and took turns with the stairs.
There are two hundred and six steps, and each of them has a name in the diary.
The lens weighs four tons and floats on a bath of mercury so that a finger can turn it.
Ships know the place by its rhythm, two flashes, a pause, and one more.
In fog the horn sounds every half minute, and the sheep have stopped caring.
Supplies came by boat on Tuesdays unless the landing was under foam.
A garden was kept behind a wall, with cabbages that tasted of salt.
Birds strike the glass on moonless nights in spring and are counted in the morning.
The log book lists wind, visibility, passing vessels, and the mood of the cook.
Painters come for the stripes, which were chosen only to be seen against cliffs.
From the gallery the curve of the sea is almost, but not quite, visible.
An orchestra tunes to the oboe because the oboe cannot easily change its mind.
Violins are older than their players more often than any other tool is.
The hall adds two seconds to every note and takes them back from the silence.
A conductor shows the beat slightly early, as one points out a step to a guest.
Drums made of calf skin sag in damp weather and must be warmed by lamps.
The second bassoon counts ninety bars of rest and then plays four notes perfectly.
Parts are marked in pencil by generations who disagreed about the slow movement.
At rehearsal they stop every minute, and at the concert they may not stop at all.
The piano tuner arrives at dawn and leaves before anyone can thank him.
Good acoustics are partly wood, partly shape, and largely luck.
A cough in a quiet passage is remembered longer than the passage.
Afterward the cases close with the soft double click of old luggage.
The market opens when the fish arrives, and the fish arrives when it likes.
Stalls are arranged by tradition, with cheese near the church and knives near the bank.
A seller of spices weighs saffron on a scale that would notice a breath.
Prices are chalked on slate and drift downward after noon.
Apples are polished on a sleeve before they are praised.
The oldest trader sells only string, in forty thicknesses, and is never without customers.
Bargaining is allowed for carpets, tolerated for pears, and unthinkable for bread.
Musicians play near the cafe, where people have coins and nowhere to go.
By three the cobbles are hosed down and the pigeons take over the accounts.
Rain empties the square in a minute, apart from those who sell umbrellas.
On the last Saturday of the month there are chairs, lamps, and clocks without hands.
Whatever was forgotten at a stall is hung on the fountain until the next week.
High valleys keep their snow until June in the folds that face north.
The path crosses the same stream eleven times, and each bridge is a different idea.
A hut at the pass offers soup, blankets, and advice about the ridge.
Marmots whistle twice for an eagle and once for a hiker.
Stones are piled at turns so that fog cannot quite win.
Rope teams move at the speed of the most careful member, and arrive together.
In the morning the glacier is loud, as meltwater finds new ways down.
Larch trees lose their needles in autumn and stand there looking surprised.
Boots should be tied loosely for the climb and firmly for the descent.
A thunderhead gives about an hour of warning to those who look west.
Shepherds count in an old language that has no other use any more.
From the summit the town is a handful of gravel beside a ribbon.
The tailor measures twice and asks a question between the two.
Cloth has a direction, and a jacket cut against it will never sit still.
Chalk lines vanish with the first steam, so the needle must be quick.
Buttons are sewn with a small stalk of thread to leave room for the cloth.
Linen wrinkles honestly, while wool pretends that nothing has happened.
A lining is the private part of a coat and may be as bright as it likes.
The shears are never used for paper, and apprentices learn this once.
Hems are let down for growing children and taken up for shrinking uncles.
Patterns hang from hooks like the shadows of former customers.
The sewing machine dates from a factory that also made bicycles and a brave little car.
Thread is chosen a shade darker than the fabric, since it will look lighter once sewn.
When the shop bell rings, the pins go into the sleeve and the smile comes out.
Stars rise four minutes earlier each night, and within a month the sky has moved a whole constellation.
The observatory keeps its dome open to let the air inside grow as cold as the air outside.
Warm air shivers in front of the mirror and smears the faint galaxies.
A plate exposed for three hours shows what no eye has ever seen directly.
Comets are named after those who found them, including one very persistent teacher.
The moon is too bright for serious work and therefore popular with guests.
Dust between the stars is thin beyond imagination, and there is a great deal of it.
Satellites cross the field like slow zippers and are removed by patient software.
Distances are measured in steps, and every step leans on the one before it.
An eclipse silences birds first, then people, then for a moment everything.
The night assistant eats lunch at midnight and calls it breakfast.
Toward dawn the planets fade last, as if they had stayed behind to lock up.
Paper is made from wood, rags, water, and the decision to stop stirring.
The vat is warm, and the sheet forms on a sieve with two short shakes.
Each mill had its watermark, a bunch of grapes, a jug, or a heron.
Sheets dry in a loft with shutters on every side that follow the wind.
Printers prefer a smooth face, and painters want some tooth.
Ink sits on top of hard paper and sinks into soft paper like gossip.
A press leaves a slight dent around each letter that a thumb can read.
Type is stored in cases, with the letters used most within easy reach.
Whoever sets a page learns to read backward and upside down without noticing.
Proofs are corrected in red by one person and questioned in green by another.
Binding happens last, with linen thread, a bone folder, and much pressing.
A well made book opens flat on the table and waits for both hands to be free.
The river is measured at a stone pillar with bronze numbers set into it.
In spring it carries branches, in summer canoes, and in autumn a great many leaves.
Salmon return by smell to the gravel where they hatched.
A weir slows the current so that the mill may have its share.
Otters are seen at dusk by people who have stopped looking for them.
The ferry hangs from a cable and crosses by leaning against the flow.
Meanders grow until the water finds a shorter way and leaves a quiet lake behind.
Farmers downstream learn about the storm a full day after it has passed.
Ice forms first in the harbor, then along the reeds, and only rarely in the middle.
Engineers once straightened the lower course, and their grandchildren are bending it again.
Silt from the hills becomes an island, and the island becomes a dispute.
Where the river meets the sea, nobody agrees on the exact place.
A workshop should have one window to the north and one door to the yard.
Tools hang in front of their painted outlines, and a missing chisel is a visible silence.
Oak is stubborn, lime is gentle, and cherry darkens as though it were thinking.
Joints that fit need no glue, yet they receive a little out of courtesy.
Shavings from a sharp plane are long enough to read through.
The apprentice sweeps for a month and in doing so learns where everything falls.
Boards dry for one year for each inch of thickness, with sticks laid in between.
A chair must carry a person who leans back, whatever the drawing says.
Measuring is done in millimeters, and guessing is done in silence.
Old screws are saved in coffee tins that are labelled with great optimism.
Varnish goes on thin, four times, with a night between the coats.
When the table is finished the carpenter sits at it first, to be sure.
Trams cross the city on lines that were laid for horses.
The driver rings for cyclists, waits for prams, and argues with no one.
In the depot the cars stand over pits, and mechanics look up into their bellies.
Sand is dropped on wet rails to help the wheels remember their purpose.
A single overhead wire feeds the motor, and sparks show where it has iced.
The circular line takes fifty minutes and has no beginning, except on Mondays.
Tickets were once punched by hand in the shape of a star.
Students ride to the lake, pensioners to the market, and the evening brings them back mixed.
At the terminus there is a kiosk that sells coffee, batteries, and tulips.
Snow days make the tram the only thing in the street that keeps its appointment.
Maps in the cars are drawn with straight lines, which the hills politely ignore.
The last tram of the night is slow, because everybody on it has missed something.
Tea is picked in the cool hours, two leaves and a bud at a time.
The leaves wither on long trays until they fold without breaking.
Rolling bruises them, and air does the rest over a few fragrant hours.
Black, green, and white come from the same bush and from different patience.
Water just off the boil suits one kind and would scold another.
The taster slurps loudly, because air carries what the tongue cannot find.
A chipped pot pours as well as a new one and is trusted more.
In the hills the factories are kept at the edge of the mist on purpose.
Blends are built like chords, with one note for color and one for strength.
Sacks are stamped with the garden, the week, and a number that means rain.
Served in glasses or in bowls, it slows every conversation to a better speed.
The last cup is always the one that nobody planned.
`;
