/**
 * The tests of an OVAL document, as far as errata need them: which package is to be below which
 * version, which release of the system and which module is meant. A test joins an object (what is
 * looked at) with a state (what it is held against).
 */
import { childOf, childText, type XmlElement } from '../extract/xml-tree.ts';
import { fieldError } from './osv-field.ts';

/** What one criterion asks for. */
export interface OvalFact {
  /** A package below a version. */
  readonly below?: { readonly name: string; readonly version: string };
  /** What holds for the criteria beside it. */
  readonly context: { readonly release?: string; readonly module?: string };
}

/** The tests of a document, taken one by one and asked by their ids. */
export interface OvalTests {
  /** The elements that are wanted. */
  readonly names: readonly string[];
  readonly add: (element: XmlElement) => void;
  /** What a criterion's test asks for; throws where the document has no such test. */
  readonly factOf: (criterion: XmlElement, path: string) => OvalFact;
}

interface Test {
  readonly object: string;
  readonly state: string;
  readonly comment: string;
}

/** What a state holds its object against. */
interface State {
  readonly lessThan?: string;
  readonly version?: string;
}

const NAMES = [
  'rpminfo_test',
  'rpminfo_object',
  'rpminfo_state',
  'textfilecontent54_test',
  'uname_test',
];
const RELEASE_PACKAGE = 'oraclelinux-release';

/** Begins with no tests. */
export function readOvalTests(): OvalTests {
  const tests = new Map<string, Test>();
  const objects = new Map<string, string>();
  const states = new Map<string, State>();
  return {
    names: NAMES,
    add: (element) => {
      const id = element.attributes.get('id') ?? '';
      if (element.name.endsWith('_test')) tests.set(id, readTest(element));
      else if (element.name.endsWith('_object')) objects.set(id, childText(element, 'name') ?? '');
      else states.set(id, readState(element));
    },
    factOf: (criterion, path) => {
      const id = criterion.attributes.get('test_ref') ?? '';
      const test = tests.get(id);
      if (test === undefined)
        throw fieldError({ path: `${path} ${id}`, value: undefined }, 'a test');
      return readFact(test, objects.get(test.object) ?? '', states.get(test.state) ?? {});
    },
  };
}

function readTest(element: XmlElement): Test {
  return {
    object: childOf(element, 'object')?.attributes.get('object_ref') ?? '',
    state: childOf(element, 'state')?.attributes.get('state_ref') ?? '',
    comment: element.attributes.get('comment') ?? '',
  };
}

function readState(element: XmlElement): State {
  const evr = childOf(element, 'evr');
  const version = childText(element, 'version');
  return {
    ...(evr?.attributes.get('operation') === 'less than' && { lessThan: evr.text }),
    ...(version !== undefined && { version }),
  };
}

function readFact(test: Test, name: string, { lessThan, version }: State): OvalFact {
  if (lessThan !== undefined)
    return { below: { name, version: withoutZero(lessThan) }, context: {} };
  const release =
    (name === RELEASE_PACKAGE ? /^\^?(\d+)/.exec(version ?? '')?.[1] : undefined) ??
    /^Oracle Linux (\d+) is installed$/.exec(test.comment)?.[1];
  const module = /^Module (\S+:\S+) is enabled$/.exec(test.comment)?.[1];
  return { context: { ...(release && { release }), ...(module && { module }) } };
}

/** An epoch of 0 is none. */
function withoutZero(version: string): string {
  return version.replace(/^0:/, '');
}
