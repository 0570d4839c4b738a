import { join } from 'node:path';
import type { Node } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';
import { providers } from '../adapters/index.js';
import type { JsonObject } from '../src/core/base/json.js';
import { describeSections } from '../src/drafts/schema.js';
import { connectionGuards } from '../support/data/connection-guards.js';
import { projectRoot } from '../support/run/paths.js';

const sources =
  /^(?:adapters|src\/(?:admin\/operations|connections|extensions))\/(?!.*\.test\.ts$)|^src\/admin\/endpoints\/key-endpoints\.ts$/;

/** Names of functions and properties. */
const kinds =
  /^(?:pass|warn|fail|manual|missing|different|blocked|(?:manual|createObject)Step|title|creation|changes|changesTo|found|ifMissing|remedy|byHand|inConsole|wrongInConsole|called|joined|toRules|moment|notCalled|notKnown|words|signingWords)$/;

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

const listGuideTexts = (): readonly string[] =>
  providers.flatMap(({ guide: { preparation, fields, secrets } }) => [
    ...preparation,
    ...[...fields, ...secrets].map(({ text }) => text),
  ]);

/** Returns the texts of checks, set-up steps, hooks and keys in the sources, with `{0}`, `{1}` … for inserted values. */
export function collectServerTexts(): readonly string[] {
  const api = new API({ cwd: projectRoot });
  const [project] = api.updateSnapshot({ openProjects: [join(projectRoot, 'tsconfig.json')] }).getProjects();
  const files = project!.program
    .getSourceFileNames()
    .filter((name) => sources.test(name.slice(projectRoot.length)))
    .map((name) => listNodes(project!.program.getSourceFile(name)!));
  // A name that several files declare belongs to each file.
  const everywhere = [...declarationsIn(files.flat())].filter(([, found]) => found.length === 1);
  const texts = files.flatMap((nodes) => {
    const declared = new Map([...everywhere, ...declarationsIn(nodes)]);
    return nodes.flatMap((node): readonly string[] => {
      if (is.isShorthandPropertyAssignment(node) && is.isIdentifier(node.name) && kinds.test(node.name.text))
        return collect(node.name, declared);
      if (is.isPropertyAssignment(node) && is.isIdentifier(node.name) && kinds.test(node.name.text))
        return collect(node.initializer, declared);
      if (!is.isCallExpression(node) || !is.isIdentifier(node.expression) || !kinds.test(node.expression.text))
        return [];
      const isStep = node.expression.text === 'createObjectStep';
      return node.arguments.slice(0, isStep ? 1 : undefined).flatMap((each) => collect(each, declared));
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
    ]),
  ];
}
