import { join } from 'node:path';
import type { Node } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';
import { providers } from '../adapters/index.js';
import type { JsonObject } from '../src/core/base/json.js';
import { describeSections } from '../src/drafts/schema.js';
import { type Json, refusals } from '../src/errors.js';
import { connectionGuards } from '../support/data/connection-guards.js';
import { projectRoot } from '../support/run/paths.js';

const sources =
  /^(?:adapters|src\/(?:admin\/operations|connections|extensions))\/(?!.*\.test\.ts$)|^src\/admin\/endpoints\/key-endpoints\.ts$/;

/** Names of functions and properties. */
const kinds =
  /^(?:pass|warn|fail|manual|missing|different|blocked|(?:manual|createObject|createConsole)Step|title|creation|changes|changesTo|found|ifMissing|remedy|byHand|inConsole|wrongInConsole|called|joined|toRules|moment|notCalled|notKnown|words|signingWords)$/;

/** Files with reasons of the problems in a draft, and the names before these. */
const guards =
  /^src\/(?:config|drafts|brand)\/(?!.*\.test\.ts$)|^src\/(?:admin\/operations\/failure|face\/engine\/(?:embed|passive-model))\.ts$|\/(?:config|settings)\.ts$/;
const guardKinds = /^(?:error|message|reason|problem|refine|addIssue|encodedPassword)$/;

const kindsOf = (file: string): readonly RegExp[] => [
  ...(sources.test(file) ? [kinds] : []),
  ...(guards.test(file) ? [guardKinds] : []),
];

/** Returns the texts of a literal, with `\0` for a value: one for each case of a condition in a template. */
function textsOf(node: Node): readonly string[] {
  if (is.isStringLiteralLikeNode(node)) return [node.text];
  if (is.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(textsOf);
  if (!is.isTemplateExpression(node)) return ['\0'];
  return node.templateSpans.reduce<readonly string[]>(
    (begun, { expression, literal }) =>
      begun.flatMap((text) => textsOf(expression).map((value) => text + value + literal.text)),
    [node.head.text],
  );
}

const childrenOf = (node: Node): readonly Node[] => {
  const found: Node[] = [];
  node.forEachChild((child) => void found.push(child));
  return found;
};
const listNodes = (node: Node): readonly Node[] => [node, ...childrenOf(node).flatMap(listNodes)];

/** Returns the texts that an expression can have. Names are resolved to their declarations. */
function collect(node: Node, declared: ReadonlyMap<string, readonly Node[]>, depth = 0): readonly string[] {
  if (depth > 20 || is.isPropertyAccessExpression(node) || is.isParameterDeclaration(node)) return [];
  const follow = (...nodes: readonly Node[]) => nodes.flatMap((each) => collect(each, declared, depth + 1));
  if (is.isStringLiteralLikeNode(node) || is.isTemplateExpression(node)) return textsOf(node);
  if (is.isIdentifier(node)) return follow(...(declared.get(node.text) ?? []));
  if (is.isPropertyAssignment(node)) return follow(node.initializer);
  if (is.isElementAccessExpression(node)) return follow(node.expression);
  if (is.isBlock(node)) return follow(...listNodes(node).filter(is.isReturnStatement));
  if (is.isCallExpression(node))
    return is.isPropertyAccessExpression(node.expression)
      ? follow(node.expression.expression, ...node.arguments.filter(is.isArrowFunction))
      : follow(node.expression);
  return follow(...childrenOf(node));
}

function declarationsIn(nodes: readonly Node[]): Map<string, readonly Node[]> {
  const found = new Map<string, readonly Node[]>();
  for (const node of nodes) {
    const value = is.isVariableDeclaration(node)
      ? node.initializer
      : is.isFunctionDeclaration(node)
        ? node.body
        : undefined;
    const name = is.isVariableDeclaration(node) || is.isFunctionDeclaration(node) ? node.name : undefined;
    if (value !== undefined && name !== undefined && is.isIdentifier(name))
      found.set(name.text, [...(found.get(name.text) ?? []), value]);
  }
  return found;
}

/** Returns the descriptions of settings, without the marks of code. */
const descriptionsIn = (schema: JsonObject): readonly string[] =>
  [...JSON.stringify(schema).matchAll(/"description":("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
    String(JSON.parse(text!)).replaceAll('`', ''),
  );

/** Returns the names of settings that a form shows. */
const listSettingNames = (schema: Json): readonly string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap(listSettingNames);
  const properties = Object.entries('properties' in schema ? Object(schema.properties) : {});
  return [
    ...properties.map(([name]) => name),
    ...Object.values(schema).flatMap((each) => listSettingNames(each ?? null)),
  ];
};

const listGuideTexts = (): readonly string[] =>
  providers.flatMap(({ guide: { preparation, fields, secrets } }) => [
    ...preparation,
    ...[...fields, ...secrets].map(({ text }) => text),
  ]);

/** Messages of zod, and those of the loader for a setting that is missing. */
const zodTexts = [
  'is missing: expected {0}',
  'Invalid input',
  'Invalid input: expected {0}',
  'Invalid input: expected {0}, received {1}',
  'Invalid option: expected one of {0}',
  'Invalid string: must match pattern {0}',
  'Invalid string: must start with {0}',
  'Invalid {0} string',
  'Invalid URL',
  'Invalid email address',
  'Invalid key in {0}',
  'Too big: expected {0} to be <={1}',
  'Too big: expected {0} to have <={1} {2}',
  'Too small: expected {0} to be >={1}',
  'Too small: expected {0} to be >{1}',
  'Too small: expected {0} to have >={1} {2}',
  'Unrecognized key: {0}',
  'Unrecognized keys: {0}',
];

/** Returns the texts of checks, set-up steps, hooks and keys in the sources, with `{0}`, `{1}` … for inserted values. */
export function collectServerTexts(): readonly string[] {
  const api = new API({ cwd: projectRoot });
  const [project] = api.updateSnapshot({ openProjects: [join(projectRoot, 'tsconfig.json')] }).getProjects();
  const files = project!.program
    .getSourceFileNames()
    .map((name) => ({ name, kinds: kindsOf(name.slice(projectRoot.length)) }))
    .filter(({ kinds }) => kinds.length > 0)
    .map(({ name, kinds }) => ({
      nodes: listNodes(project!.program.getSourceFile(name)!),
      isText: (each: string) => kinds.some((names) => names.test(each)),
    }));
  // A name that several files declare belongs to each file.
  const everywhere = [...declarationsIn(files.flatMap(({ nodes }) => nodes))].filter(([, found]) => found.length === 1);
  const texts = files.flatMap(({ nodes, isText }) => {
    const declared = new Map([...everywhere, ...declarationsIn(nodes)]);
    return nodes.flatMap((node): readonly string[] => {
      if (is.isShorthandPropertyAssignment(node) && is.isIdentifier(node.name) && isText(node.name.text))
        return collect(node.name, declared);
      if (is.isPropertyAssignment(node) && is.isIdentifier(node.name) && isText(node.name.text))
        return collect(node.initializer, declared);
      if (!is.isCallExpression(node)) return [];
      const isMethod = is.isPropertyAccessExpression(node.expression);
      const name = isMethod ? node.expression.name : node.expression;
      if (!is.isIdentifier(name) || !isText(name.text) || (isMethod && !/^(?:refine|addIssue)$/.test(name.text)))
        return [];
      const [from, to] = name.text === 'refine' ? [1] : name.text === 'createObjectStep' ? [0, 1] : [];
      return node.arguments.slice(from, to).flatMap((each) => collect(each, declared));
    });
  });
  api.close();
  const isShown = /^(?!application\/|aws |profile|Bearer|[/<])(?: ?.* .*\p{L}{2}|.*\p{L}{2}.* |[A-Z][a-z-]+$|off$)/u;
  const numbered = texts.map((text) => {
    let at = 0;
    return text.replace(/^\. /, '').replaceAll('\0', () => `{${at++}}`);
  });
  const kindsOrServer = [...providers.map(({ kind }) => kind), undefined];
  const described = kindsOrServer.flatMap((kind) => Object.values(describeSections(kind, connectionGuards)));
  return [
    ...new Set([
      ...numbered.filter((text) => isShown.test(text)),
      ...described.flatMap(descriptionsIn),
      ...listGuideTexts(),
      ...listSettingNames(described).map((name) => `setting.${name}`),
      ...zodTexts,
      ...Object.values(refusals).flatMap(({ status, text }) => (status < 500 ? [] : [text])),
    ]),
  ];
}
