// From the paths of findings (JSON pointers) to places in a YAML text.
import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Finding } from '../../api/types';

export interface Place {
  from: number;
  to: number;
  line: number; // from 1
}

export interface LocatedFinding extends Finding {
  place: Place;
}

// The API's word for a field, and the file's.
const SPELLINGS: Record<string, string> = { queryText: 'query', query: 'queryText' };

const decode = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

interface Found {
  range: readonly [number, number];
  value: Node | null;
}

function child(node: Node | null, step: string): Found | null {
  if (isSeq(node)) {
    const item = node.items[Number(step)] as Node | undefined;
    return item?.range ? { range: [item.range[0], item.range[1]], value: item } : null;
  }
  if (!isMap(node)) return null;
  const named = (name: string) =>
    node.items.find((pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === name);
  const pair = named(step) ?? named(SPELLINGS[step] ?? step);
  const key = pair?.key;
  if (!pair || !isScalar(key) || !key.range) return null;
  const value = pair.value as Node | null;
  // A scalar belongs to what is wrong with it; of a block its key is enough.
  const end = isScalar(value) && value.range && value.type !== 'BLOCK_LITERAL' ? value.range[1] : key.range[1];
  return { range: [key.range[0], end], value };
}

// The deepest part of `pointer` that is there. Without any: the beginning of the text.
function placeOf(root: Node | null, pointer: string): readonly [number, number] {
  let range: readonly [number, number] = [0, 0];
  let node = root;
  for (const step of pointer.split('/').slice(1).map(decode)) {
    const found = child(node, step);
    if (!found) break;
    range = found.range;
    node = found.value;
  }
  // Of a list item that is a block, its first line.
  return range;
}

export function locate(text: string, findings: readonly Finding[]): LocatedFinding[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return findings.map((finding) => {
    const [from, end] = placeOf(document.contents, finding.path);
    const lineEnd = text.indexOf('\n', from);
    const to = Math.max(from, Math.min(end, lineEnd < 0 ? text.length : lineEnd));
    return { ...finding, place: { from, to, line: lines.linePos(from).line } };
  });
}

// What is no YAML at all, told without asking the server.
export function syntaxFindings(text: string): LocatedFinding[] {
  const lines = new LineCounter();
  const { errors } = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return errors.map(({ message, pos: [from, to] }) => ({
    severity: 'error',
    path: '',
    message,
    place: { from, to, line: lines.linePos(from).line },
  }));
}
