import { join } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

const projects = ['tsconfig.json', 'web/capture/tsconfig.json', 'web/console/tsconfig.json'];

const compiledTexts = /\/locales\/compiled\/(\w+)\/([\w-]+)\/texts\.ts$/;

const listNodes = (node) => {
  const found = [node];
  node.forEachChild((child) => void found.push(...listNodes(child)));
  return found;
};

/** Finds the keys of the texts that the sources of a project read, with the types of the compiler. */
class ReadKeys {
  #project;
  #checker;
  #keys;

  constructor(project, keys) {
    this.#project = project;
    this.#checker = project.checker;
    this.#keys = keys;
  }

  /** Returns the key of a text or group that a compiled type declares; `null` for another declaration. */
  #keyOf(declaration) {
    const place = declaration.path.match(compiledTexts);
    if (place === null) return null;
    const names = [];
    for (let node = declaration.resolve(this.#project); node !== undefined; node = node.parent)
      if (node.kind === SyntaxKind.PropertySignature) names.unshift(node.name.text);
    return [place[1], place[2], ...names].join('.');
  }

  #add(symbol) {
    for (const declaration of symbol?.declarations ?? []) {
      const key = this.#keyOf(declaration);
      if (key !== null) this.#keys.add(key);
    }
  }

  /** Adds a text, or all texts of a group. */
  #addAll(symbol) {
    this.#add(symbol);
    for (const property of this.#checker.getPropertiesOfType(this.#checker.getTypeOfSymbol(symbol)))
      if (this.#isText(property)) this.#addAll(property);
  }

  #isText(symbol) {
    return symbol?.declarations.some(({ path }) => compiledTexts.test(path)) === true;
  }

  #typesOf(nodes) {
    try {
      return this.#checker.getTypeAtLocation(nodes);
    } catch {
      // TypeScript 7.0 cannot describe the type of a tuple.
      return nodes.length === 1 ? [undefined] : nodes.flatMap((node) => this.#typesOf([node]));
    }
  }

  addFrom(source) {
    const nodes = listNodes(source);
    const named = nodes.flatMap(({ kind, name, argumentExpression, propertyName }) => {
      if (kind === SyntaxKind.PropertyAccessExpression) return name;
      return (kind === SyntaxKind.ElementAccessExpression ? argumentExpression : propertyName) ?? [];
    });
    for (const symbol of this.#checker.getSymbolAtLocation(named)) this.#add(symbol);
    // The name of `{ name }` is that of the new variable.
    const patterns = nodes.filter(({ kind }) => kind === SyntaxKind.ObjectBindingPattern);
    for (const [at, type] of this.#typesOf(patterns).entries())
      for (const { propertyName, name } of patterns[at].elements)
        if (propertyName === undefined && type !== undefined)
          this.#add(this.#checker.getPropertyOfType(type, name.text));
    const values = nodes.filter(
      ({ kind, parent }) =>
        (kind === SyntaxKind.Identifier && parent.name === undefined) ||
        kind === SyntaxKind.PropertyAccessExpression ||
        kind === SyntaxKind.ElementAccessExpression,
    );
    for (const [at, type] of this.#typesOf(values).entries()) {
      const isIndexed = values[at].parent.kind === SyntaxKind.ElementAccessExpression;
      if (type !== undefined && (isIndexed || this.#isText(type.getSymbol()))) this.#addUse(values[at], type);
    }
  }

  /** Adds what the use of a group reads by names that are not in its own type. */
  #addUse(value, type) {
    const { parent } = value;
    if (parent.kind === SyntaxKind.PropertyAccessExpression) return;
    const properties = this.#checker.getPropertiesOfType(type);
    const isWanted =
      parent.kind === SyntaxKind.ElementAccessExpression
        ? this.#mayBe(parent.argumentExpression)
        : this.#expects(this.#checker.getContextualType(value), parent, properties);
    for (const property of properties) if (this.#isText(property) && isWanted(property.name)) this.#addAll(property);
  }

  /** Returns a test of the names that an expression may have as value. */
  #mayBe(expression) {
    const type = this.#checker.getTypeAtLocation(expression);
    const values = (type.isUnionType() ? type.getTypes() : [type]).map(({ value }) => value);
    return (name) => values.includes(name) || values.includes(undefined);
  }

  /** Returns a test of the names that the place of a group reads: all of them if its type names none. */
  #expects(type, { kind }, properties) {
    if (type === undefined) return () => kind === SyntaxKind.CallExpression;
    const expected = properties.flatMap(({ name }) => this.#checker.getPropertyOfType(type, name) ?? []);
    return (name) => expected.length === 0 || expected.some((each) => each.name === name && !this.#isText(each));
  }
}

/** Returns the keys of the texts and groups of texts that the sources in src and web read. */
export function findReadKeys(root) {
  const keys = new Set();
  const api = new API({ cwd: root });
  const snapshot = api.updateSnapshot({ openProjects: projects.map((each) => join(root, each)) });
  for (const project of snapshot.getProjects()) {
    const read = new ReadKeys(project, keys);
    for (const name of project.program.getSourceFileNames()) {
      const source = /^(?:src|web)\//.test(name.slice(root.length)) ? project.program.getSourceFile(name) : null;
      if (source !== null && /texts|words/i.test(source.text)) read.addFrom(source);
    }
  }
  api.close();
  return keys;
}
