/** Graphs (an object from node to neighbours) and `walk`, which visits every part of a value. */
import type { Builtin, BuiltinContext } from '../model/builtin.ts';
import { RegoSet, isArrayValue, keyOf, valueAt } from '../model/value.ts';
import type { ObjectValue, Value, ValueKey } from '../model/value.ts';
import { membersOf, partsOf } from './operands.ts';

/** `graph.reachable`, `graph.reachable_paths` and `walk`. */
export const graphBuiltins: readonly Builtin[] = [
  { name: 'graph.reachable', args: ['object', ['set', 'array']], result: 'set', call: reachable },
  {
    name: 'graph.reachable_paths',
    args: ['object', ['set', 'array']],
    result: 'set',
    call: reachablePaths,
  },
  {
    name: 'walk',
    args: ['any'],
    result: 'array',
    isRelation: true,
    call: ([value], context) => walk([], value as Value, context),
  },
];

function neighboursOf(graph: Value, node: Value): readonly Value[] | undefined {
  const found = valueAt(graph as ObjectValue, node);
  if (found === undefined) return undefined;
  return found instanceof RegoSet || isArrayValue(found) ? membersOf(found) : [];
}

function reachable([graph, initial]: readonly Value[], context: BuiltinContext): Value {
  const queue = [...membersOf(initial as Value)];
  const seen = new Map<ValueKey, Value>();
  while (queue.length > 0) {
    const node = queue.pop() as Value;
    context.charge(1);
    const neighbours = neighboursOf(graph as Value, node);
    if (neighbours === undefined || seen.has(keyOf(node))) continue;
    seen.set(keyOf(node), node);
    queue.push(...neighbours);
  }
  return RegoSet.of(seen.values());
}

/** All longest paths; a path ends where it would meet itself or leave the graph. */
function reachablePaths([graph, initial]: readonly Value[], context: BuiltinContext): Value {
  const paths: Value[][] = [];
  const stack = membersOf(initial as Value).map((node) => [node]);
  while (stack.length > 0) {
    const path = stack.pop() as Value[];
    context.charge(path.length);
    context.allocate(path.length * 8);
    const neighbours = neighboursOf(graph as Value, path.at(-1) as Value);
    if (neighbours === undefined) continue;
    // A neighbour of the first node is gone to even if it is that node itself: as OPA does.
    const onPath = RegoSet.of(path.length === 1 ? [] : path);
    const next = neighbours.filter(
      (node) => !onPath.has(node) && neighboursOf(graph as Value, node),
    );
    const isEnd = next.length < neighbours.length || next.length === 0;
    if (isEnd) paths.push(path);
    stack.push(...next.map((node) => [...path, node]));
  }
  return RegoSet.of(paths);
}

/** Of the pair and the list around a path and its value. */
const BYTES_PER_STEP = 160;

function walk(path: readonly Value[], value: Value, context: BuiltinContext): Value[] {
  context.charge(3);
  context.allocate(BYTES_PER_STEP + path.length * 8);
  const parts = partsOf(value).flatMap(([key, part]) => walk([...path, key], part, context));
  return [[path, value], ...parts];
}
