/** What people say beside the wake word: sentences and commands, and single words of the dictionary. */
import type { Random } from '../random.js';

const parts = (text: string): readonly string[] => text.split('|').map((part) => part.trim());

const SUBJECTS = parts(
  'I | you | my sister | the children | our neighbour | the old man | a doctor | the teacher | your friend | nobody | everyone | the driver | this machine | the radio | her cousin | a customer | the company | the weather',
);
const VERBS = parts(
  'bought | forgot | will need | is looking for | cannot find | wants | likes | brought | has lost | remembers | painted | cleaned | ordered | was asking about | would rather have | opened | talked about | complained about | counted',
);
const OBJECTS = parts(
  'a cup of coffee | the blue umbrella | two tickets | some music | the kitchen window | a new pair of shoes | the news | that old book | a large pizza with mushrooms | the garden gate | the number of the bus | three potatoes | a cucumber | the television | my telephone | the light in the hall | an important letter | the train to the city | the future | a cup of tea with milk | his scooter',
);
const ENDINGS = parts(
  'today | in the morning | before dinner | at the station | as usual | for ten minutes | with a friend | last summer | on the second floor | again and again | without any doubt | because it was raining | after the concert | in July',
);
const COMMANDS = parts(
  'turn on the lights | what time is it | set a timer for five minutes | play some music | stop | louder please | how is the weather tomorrow | call my mother | next song | good morning | good night | open the door | yes | no | one two three four five | six seven eight nine ten | volume up | volume down | pause | thank you very much | hello | what is the capital of Peru | add milk to the shopping list | remind me at noon | where is my phone | switch it off | hey google | hey siri | alexa | okay nabu | hey jarvis | hey you | okay then | hi there | excuse me',
);

/** A few everyday phrases in the languages that voices are most often wanted for. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  es: parts(
    'buenos días | cómo estás | enciende la luz | qué hora es | mañana por la mañana | compramos fruta | no lo sé | muchas gracias | hasta luego | pon un poco de música | cierra la puerta | uno dos tres cuatro cinco',
  ),
  de: parts(
    'guten Morgen | wie spät ist es | mach das Licht an | komm runter | wir kaufen Obst | ich weiß es nicht | vielen Dank | bis später | spiel etwas Musik | mach die Tür zu | eins zwei drei vier fünf | der Zug ist heute zu spät',
  ),
  it: parts(
    'buongiorno | che ore sono | accendi la luce | compriamo il pane | come stai | non lo so | grazie mille | a più tardi | metti un po’ di musica | chiudi la porta | uno due tre quattro cinque',
  ),
  fr: parts(
    'bonjour | quelle heure est-il | allume la lumière | comme toujours | comment ça va | je ne sais pas | merci beaucoup | à plus tard | mets un peu de musique | ferme la porte | un deux trois quatre cinq',
  ),
  pt: parts(
    'bom dia | que horas são | acende a luz | comprar pão | como vai você | não sei | muito obrigado | até logo | fecha a porta | um dois três quatro cinco',
  ),
  nl: parts(
    'goedemorgen | hoe laat is het | doe het licht aan | ik weet het niet | dank je wel | tot straks | doe de deur dicht | een twee drie vier vijf',
  ),
  pl: parts(
    'dzień dobry | która godzina | włącz światło | kupić chleb | nie wiem | dziękuję bardzo | do zobaczenia | zamknij drzwi | jeden dwa trzy cztery pięć',
  ),
  sv: parts(
    'god morgon | vad är klockan | tänd lampan | jag vet inte | tack så mycket | vi ses | stäng dörren | ett två tre fyra fem',
  ),
};

/**
 * Something that people say.
 * @param words single words to choose from; may be empty
 */
export function sentence(language: string, words: readonly string[], random: Random): string {
  const own = ELSEWHERE[language.slice(0, 2)];
  if (own !== undefined) return [random.pick(own), random.pick(own)].join(', ');
  const kind = random.next();
  if (kind < 0.35 && words.length > 0)
    return Array.from({ length: random.integer(1, 5) }, () => random.pick(words)).join(', ');
  if (kind < 0.6) return [random.pick(COMMANDS), random.pick(COMMANDS)].join(', ');
  return [SUBJECTS, VERBS, OBJECTS, ENDINGS].map((some) => random.pick(some)).join(' ');
}
