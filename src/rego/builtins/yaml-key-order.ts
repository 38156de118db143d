/** The order in which Go's YAML writes keys: numbers within them by their size, letters last. */

const DIGIT = /^\p{Nd}$/u;
const LETTER = /^\p{L}$/u;

/** Compares two keys; 0 only for equal ones. */
export function compareYamlKeys(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at += 1) {
    if (left[at] !== right[at]) return compareAt(left, right, at);
  }
  return left.length - right.length;
}

function compareAt(left: readonly string[], right: readonly string[], at: number): number {
  const [a = '', b = ''] = [left[at], right[at]];
  const [isLetter, isOtherLetter] = [LETTER.test(a), LETTER.test(b)];
  if (isLetter && isOtherLetter) return rankOf(a) - rankOf(b);
  if (isLetter !== isOtherLetter) {
    const isInNumber = DIGIT.test(left[at - 1] ?? '');
    return isLetter === isInNumber ? -1 : 1;
  }
  return compareDigits(left, right, at) || rankOf(a) - rankOf(b);
}

/** Numbers by their size. A zero goes on a number that has begun, elsewhere it says nothing. */
function compareDigits(left: readonly string[], right: readonly string[], at: number): number {
  const goesOn = [left[at], right[at]].includes('0') && hasNumberBefore(left, at);
  const [x, y] = [numberAt(left, at), numberAt(right, at)];
  const prefix = goesOn ? '1' : '';
  return compareNumbers(prefix + x, prefix + y) || x.length - y.length;
}

function hasNumberBefore(key: readonly string[], at: number): boolean {
  let before = at - 1;
  while (key[before] === '0') before -= 1;
  return DIGIT.test(key[before] ?? '');
}

function numberAt(key: readonly string[], at: number): string {
  let end = at;
  while (end < key.length && DIGIT.test(key[end] ?? '')) end += 1;
  return key.slice(at, end).join('');
}

function compareNumbers(a: string, b: string): number {
  const [x, y] = [a, b].map((digits) => digits.replace(/^0+/, '')) as [string, string];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
}

function rankOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
