import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

/*
 * Implements the part of Go's text/template and Helm's functions that our chart uses. Anything else throws.
 * https://pkg.go.dev/text/template, https://helm.sh/docs/chart_template_guide
 */

type Value = unknown;
type Scope = { readonly dot: Value; readonly variables: Map<string, Value> };
type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly pipeline: string }
  | { readonly kind: 'assign'; readonly name: string; readonly pipeline: string }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: string;
      readonly inside: Node[];
      readonly otherwise: Node[];
    };

const isMap = (value: Value): value is Record<string, Value> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTrue = (value: Value): boolean =>
  Array.isArray(value) ? value.length > 0 : isMap(value) ? Object.keys(value).length > 0 : Boolean(value);

function merge(first: Value, ...others: Value[]): Value {
  return others.reduce<Value>((merged, other) => {
    if (!isMap(merged) || !isMap(other)) return isTrue(merged) ? merged : other;
    const names = [...new Set([...Object.keys(merged), ...Object.keys(other)])];
    return Object.fromEntries(names.map((name) => [name, merge(merged[name], other[name])]));
  }, first);
}

const sorted = (value: Value): Value =>
  Array.isArray(value)
    ? value.map(sorted)
    : isMap(value)
      ? Object.fromEntries(
          Object.keys(value)
            .toSorted()
            .map((name) => [name, sorted(value[name])]),
        )
      : value;

const toText = (value: Value): string => {
  if (typeof value !== 'string') throw new Error(`expected a text: ${JSON.stringify(value)}`);
  return value;
};

type Call = (...given: Value[]) => Value;

const functions: Record<string, Call> = {
  add: (...numbers) => numbers.reduce<number>((sum, each) => sum + Number(each), 0),
  and: (...all) => all.find((each) => !isTrue(each)) ?? all.at(-1),
  or: (...all) => all.find(isTrue) ?? all.at(-1),
  not: (value) => !isTrue(value),
  eq: (one, other) => one === other,
  ne: (one, other) => one !== other,
  gt: (one, other) => Number(one) > Number(other),
  int: Number,
  contains: (part, whole) => toText(whole).includes(toText(part)),
  default: (otherwise, value) => (isTrue(value) ? value : otherwise),
  dict: (...pairs) =>
    Object.fromEntries(pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, pairs[index + 1]]] : []))),
  merge,
  omit: (map, ...names) => Object.fromEntries(Object.entries(Object(map)).filter(([name]) => !names.includes(name))),
  nindent: (spaces, text) => `\n${toText(text).replace(/^/gm, ' '.repeat(Number(spaces)))}`,
  printf: (format, ...given) => toText(format).replaceAll('%s', () => toText(given.shift())),
  quote: (value) => JSON.stringify(String(value)),
  sha256sum: (text) => createHash('sha256').update(toText(text)).digest('hex'),
  toJson: (value) => JSON.stringify(sorted(value)),
  toYaml: (value) => stringify(value, { sortMapEntries: true, lineWidth: 0 }).trimEnd(),
  trimSuffix: (end, text) => (toText(text).endsWith(toText(end)) ? toText(text).slice(0, -toText(end).length) : text),
  trunc: (length, text) => toText(text).slice(0, Number(length)),
  fail: (reason) => {
    throw new Error(toText(reason));
  },
};

/** Returns texts and actions in order, trimmed by `{{-` and `-}}`. */
function scan(source: string): ({ text: string } | { action: string })[] {
  const parts: ({ text: string } | { action: string })[] = [];
  let from = 0;
  let trimsNext = false;
  const addText = (to: number, trimsEnd: boolean): void => {
    let text = source.slice(from, to);
    if (trimsNext) text = text.trimStart();
    parts.push({ text: trimsEnd ? text.trimEnd() : text });
  };
  for (const match of source.matchAll(/\{\{(- )?\s*(.*?)\s*( -)?\}\}/gs)) {
    addText(match.index, match[1] !== undefined);
    parts.push({ action: match[2]! });
    from = match.index + match[0].length;
    trimsNext = match[3] !== undefined;
  }
  addText(source.length, false);
  return parts;
}

type Templates = Map<string, Node[]>;

/** @returns the file's own nodes; its definitions go into `templates` */
function parse(source: string, templates: Templates): Node[] {
  const parts = scan(source);
  const block = (ends: readonly string[]): { nodes: Node[]; end: string } => {
    const nodes: Node[] = [];
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if ('text' in part) {
        nodes.push({ kind: 'text', text: part.text });
        continue;
      }
      const [, word = '', rest = ''] = /^(\/\*|\S+)\s*(.*)$/s.exec(part.action) ?? [];
      const assigned = /^\$(\w+)\s*:?=\s*(.*)$/s.exec(part.action);
      if (word === 'else' && rest !== '') throw new Error(`not understood: ${part.action}`);
      if (ends.includes(word)) return { nodes, end: word };
      if (word === '/*') continue;
      if (word === 'define') templates.set(JSON.parse(rest), block(['end']).nodes);
      else if (word === 'if' || word === 'with' || word === 'range') {
        const inside = block(['else', 'end']);
        nodes.push({
          ...{ kind: word, pipeline: rest, inside: inside.nodes },
          otherwise: inside.end === 'else' ? block(['end']).nodes : [],
        });
      } else if (assigned !== null) nodes.push({ kind: 'assign', name: assigned[1]!, pipeline: assigned[2]! });
      else nodes.push({ kind: 'output', pipeline: part.action });
    }
    if (!ends.includes('')) throw new Error('a block has no end');
    return { nodes, end: '' };
  };
  return block(['']).nodes;
}

const tokenGuard = /\s*("(?:[^"\\]|\\.)*"|[()|]|\$?[.\w]+|-\d+)\s*/y;

function evaluate(pipeline: string, scope: Scope, templates: Templates): Value {
  const tokens: string[] = [];
  for (tokenGuard.lastIndex = 0; tokenGuard.lastIndex < pipeline.length; ) {
    const token = tokenGuard.exec(pipeline)?.[1];
    if (token === undefined) throw new Error(`not understood: ${pipeline}`);
    tokens.push(token);
  }
  const follow = (from: Value, names: string): Value =>
    names.split('.').reduce<Value>((value, name) => {
      if (name === '') return value;
      return isMap(value) ? value[name] : undefined;
    }, from);
  const operand = (token: string): Value => {
    if (token === '(') {
      const value = chain();
      if (tokens.shift() !== ')') throw new Error(`a bracket is not closed: ${pipeline}`);
      return value;
    }
    if (token.startsWith('"')) return JSON.parse(token);
    if (/^-?\d+$/.test(token)) return Number(token);
    if (token === 'true' || token === 'false') return token === 'true';
    const [, name = '', names = ''] = /^\$(\w*)(.*)$/.exec(token) ?? [];
    if (token.startsWith('$')) return follow(scope.variables.get(name), names);
    if (token.startsWith('.')) return follow(scope.dot, token);
    const call: Call | undefined =
      token === 'include' ? (of, dot) => render(toText(of), dot, templates) : functions[token];
    if (call === undefined) throw new Error(`a function that this does not know: ${token}`);
    return call;
  };
  const chain = (): Value => {
    let piped: Value[] = [];
    for (;;) {
      const values: Value[] = [];
      while (tokens[0] !== undefined && tokens[0] !== '|' && tokens[0] !== ')') values.push(operand(tokens.shift()!));
      const [first, ...given] = [...values, ...piped];
      if (typeof first !== 'function' && given.length > 0) throw new Error(`not a function: ${pipeline}`);
      // `dict` without arguments is an empty dictionary, also as an argument.
      const settled = given.map((each) => (each === functions.dict ? {} : each));
      const value = typeof first === 'function' ? first(...settled) : first;
      if (tokens[0] !== '|') return value;
      tokens.shift();
      piped = [value];
    }
  };
  const value = chain();
  if (tokens.length > 0) throw new Error(`not understood: ${pipeline}`);
  return value;
}

function run(nodes: readonly Node[], scope: Scope, templates: Templates): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      const value = evaluate(node.pipeline, scope, templates);
      if (node.kind === 'output') return value === undefined || value === null ? '' : String(value);
      if (node.kind === 'assign') {
        scope.variables.set(node.name, value);
        return '';
      }
      if (!isTrue(value)) return run(node.otherwise, scope, templates);
      if (node.kind === 'if') return run(node.inside, scope, templates);
      const dots = node.kind === 'range' && Array.isArray(value) ? value : [value];
      return dots.map((dot) => run(node.inside, { ...scope, dot }, templates)).join('');
    })
    .join('');
}

function render(name: string, dot: Value, templates: Templates): string {
  const nodes = templates.get(name);
  if (nodes === undefined) throw new Error(`no template ${name}`);
  return run(nodes, { dot, variables: new Map([['', dot]]) }, templates);
}

export function renderTemplates(files: Readonly<Record<string, string>>, dot: Value): Record<string, string> {
  const templates: Templates = new Map();
  for (const [name, source] of Object.entries(files)) templates.set(name, parse(source, templates));
  const names = Object.keys(files).filter((name) => !name.startsWith('_'));
  return Object.fromEntries(names.map((name) => [name, render(name, dot, templates)]));
}
