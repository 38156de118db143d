/** The formats that JSON Schema names; one that is not known here is never broken. */
import { parseAddress } from './ip-network.ts';
import { layoutOf } from './go-layout.ts';
import { parseByLayout } from './parse-layout.ts';

/** Longer texts are of no format: some patterns below look at a text more than once. */
const MAX_TEXT = 4096;
const HOSTNAME =
  /^(?=.{1,253}$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i;
const EMAIL = /^[^\s@<>]{1,64}@[^\s@<>]+$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: (text) => isTime(text, '2006-01-02'),
  time: (text) => isTime(text, '15:04:05') || isTime(text, '15:04:05Z07:00'),
  'date-time': (text) => isTime(text, layoutOf('RFC3339')),
  hostname: (text) => HOSTNAME.test(text),
  email: (text) => EMAIL.test(text),
  ipv4: (text) => parseAddress(text)?.bits === 32,
  ipv6: (text) => parseAddress(text)?.bits === 128,
  uri: (text) => URL.canParse(text),
  'uri-reference': (text) => URL.canParse(text, 'http://localhost/'),
  uuid: (text) => UUID.test(text),
  'json-pointer': (text) => POINTER.test(text),
};

/** Tells whether a text is of a format. */
export function isOfFormat(format: string, text: string): boolean {
  const check = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  return check === undefined || (text.length <= MAX_TEXT && check(text));
}

function isTime(text: string, layout: string): boolean {
  try {
    parseByLayout(text, layout);
    return true;
  } catch {
    return false;
  }
}
