// node scripts/locales.mjs [--check] [folder]: compiles <folder>/<language>.json to TypeScript in <folder>/compiled, so
// that a page contains only the texts it imports and no MessageFormat parser. A text without arguments becomes a string,
// each other text a function of its named arguments. --check only reports missing, additional, invalid, English and
// unread texts.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { root } from './root.mjs';

const base = 'en';

/** Returns the catalogues by language: English first, the others by their names. */
function readCatalogues(from) {
  const rows = readdirSync(from)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(from, name), 'utf8'))]);
  const rank = (code) => (code === base ? 0 : 1);
  rows.sort(
    ([code, a], [other, b]) => rank(code) - rank(other) || a.language.name.localeCompare(b.language.name, base),
  );
  return Object.fromEntries(rows);
}

const isText = (value) => typeof value === 'string';

/** Lists the texts of a catalogue, by key: `server.consent.title`, `capture.page.problems.camera-denied.steps.0`. */
const listTexts = (value, key = '') =>
  isText(value)
    ? [[key, value]]
    : Object.entries(value).flatMap(([name, each]) => listTexts(each, key === '' ? name : `${key}.${name}`));

const parseText = (text) => parse(text, { ignoreTag: true, captureLocation: false });

const isNullable = ({ options }) => Object.keys(options).sort().join() === 'none,other';
const isFlag = ({ options }) => Object.keys(options).sort().join() === 'other,true';

/** Adds the types of each argument of a parsed text. */
function collectArguments(elements, into = new Map()) {
  for (const element of elements) {
    const add = (...types) =>
      into.set(element.value, new Set([...(into.get(element.value) ?? []), ...types.filter((each) => each !== '')]));
    if (element.type === TYPE.argument) add('');
    else if (element.type === TYPE.number || element.type === TYPE.plural) add('number');
    else if (element.type === TYPE.select) add(isNullable(element) ? 'null' : isFlag(element) ? 'boolean' : 'string');
    else if (element.type !== TYPE.literal && element.type !== TYPE.pound)
      throw new Error('only plain, number, plural and select arguments are supported');
    for (const { value } of Object.values(element.options ?? {})) collectArguments(value, into);
  }
  return into;
}

const argumentsOf = (text) => collectArguments(parseText(text));

/** Returns the names of a text's arguments, `?` after those that can be `null`. */
const describeArguments = (text) =>
  [...argumentsOf(text)]
    .map(([name, types]) => (types.has('null') ? `${name}?` : name))
    .sort()
    .join(', ') || 'none';

/** Words of English sentences that the other languages do not have. */
const englishWords = /(?<![\p{L}'-])(the|and|of|is|are|with|this|that|not|for|from|your|you)(?![\p{L}'-])/giu;

/** Returns true for an English sentence. A single word may be a name or belong to the other language. */
const isEnglish = (text) => new Set(text.toLowerCase().match(englishWords)).size > 1;

/** Finds keys that a language lacks or has in addition, invalid texts, and arguments that differ from the English ones. */
function findProblems(catalogues) {
  const english = new Map(listTexts(catalogues[base]));
  return Object.entries(catalogues).flatMap(([code, catalogue]) => {
    const texts = new Map(listTexts(catalogue));
    const missing = [...english.keys()].filter((key) => !texts.has(key)).map((key) => `${code}: ${key} is missing`);
    const wrong = [...texts].flatMap(([key, text]) => {
      if (!english.has(key)) return [`${code}: ${key} is not in ${base}.json`];
      if (code !== base && isEnglish(text)) return [`${code}: ${key} is English`];
      try {
        if (/\.\d+$/.test(key) && argumentsOf(text).size > 0) throw new Error('a list has no arguments');
        const found = describeArguments(text);
        const expected = describeArguments(english.get(key));
        return found === expected ? [] : [`${code}: ${key} has the arguments ${found} instead of ${expected}`];
      } catch (error) {
        return [`${code}: ${key} is invalid: ${error.message}`];
      }
    });
    return [...missing, ...wrong];
  });
}

/** Finds texts whose name is in no source. AWS's component reads its own texts. */
function findUnused({ language, ...groups }) {
  const files = ['src', 'web'].flatMap((name) =>
    readdirSync(join(root, name), { recursive: true }).map((file) => join(root, name, file)),
  );
  const isSource = (file) => /(?<!\.test)\.tsx?$/.test(file);
  const sources = files
    .filter(isSource)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const nameIn = (key) =>
    key
      .replace(/(Text)?(\.\d+)?$/, '')
      .split('.')
      .at(-1);
  return listTexts(groups)
    .filter(([key]) => !key.startsWith('capture.page.vendors.aws.') && !sources.includes(nameIn(key)))
    .map(([key]) => `${base}: no source reads ${key}`);
}

const quote = (text) => JSON.stringify(text);
const nameOf = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name));
const fieldOf = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? `v.${name}` : `v[${quote(name)}]`);

/** Returns a nested conditional expression. `cases` has the condition and the value of each. */
const choose = (cases, other) =>
  `(${cases.map(([condition, value]) => `${condition} ? ${value} : `).join('')}${other})`;

/** Writes the expressions of one language, and collects the formatters they need. */
class Expressions {
  #formatters = new Map();

  constructor(code) {
    this.code = code;
  }

  get formatters() {
    return [...this.#formatters].map(([made, name]) => `const ${name} = new ${made};\n`).join('');
  }

  #formatter(name, made) {
    this.#formatters.set(made, name);
    return name;
  }

  #numberFormat() {
    return this.#formatter('numbers', `Intl.NumberFormat(${quote(this.code)})`);
  }

  #select(element) {
    const value = fieldOf(element.value);
    const cases = Object.entries(element.options).filter(([name]) => name !== 'other');
    const condition = (name) => (isNullable(element) ? `${value} === null` : `${value} === ${quote(name)}`);
    return choose(
      cases.map(([name, { value: text }]) => [isFlag(element) ? value : condition(name), this.template(text)]),
      this.template(element.options.other.value),
    );
  }

  #plural(element) {
    const value = fieldOf(element.value);
    const isOrdinal = element.pluralType === 'ordinal';
    const options = isOrdinal ? ', { type: "ordinal" }' : '';
    const rules = () =>
      this.#formatter(isOrdinal ? 'ordinals' : 'plurals', `Intl.PluralRules(${quote(this.code)}${options})`);
    const counted = element.offset === 0 ? value : `${value} - ${element.offset}`;
    const cases = Object.entries(element.options).filter(([name]) => name !== 'other');
    const exact = cases.filter(([name]) => name.startsWith('='));
    const write = ({ value: text }) => this.template(text, counted);
    return choose(
      [
        ...exact.map(([name, option]) => [`${value} === ${name.slice(1)}`, write(option)]),
        ...cases
          .filter(([name]) => !name.startsWith('='))
          .map(([name, option]) => [`${rules()}.select(${counted}) === ${quote(name)}`, write(option)]),
      ],
      write(element.options.other),
    );
  }

  #part(element, counted) {
    switch (element.type) {
      case TYPE.argument:
        return fieldOf(element.value);
      case TYPE.pound:
        return `${this.#numberFormat()}.format(${counted})`;
      case TYPE.number:
        return `${this.#numberFormat()}.format(${fieldOf(element.value)})`;
      case TYPE.select:
        return this.#select(element);
      default:
        return this.#plural(element);
    }
  }

  /** Returns a string literal, an argument or a template literal. */
  template(elements, counted = '') {
    if (elements.every(({ type }) => type === TYPE.literal)) return quote(elements.map(({ value }) => value).join(''));
    const parts = elements.map((element) =>
      element.type === TYPE.literal
        ? element.value.replace(/[\\`]|\$(?=\{)/g, '\\$&').replaceAll('\n', '\\n')
        : `\${${this.#part(element, counted)}}`,
    );
    return `\`${parts.join('')}\``;
  }

  write(value) {
    if (Array.isArray(value)) return `[${value.map((each) => this.write(each)).join(', ')}]`;
    if (!isText(value))
      return `{\n${Object.entries(value)
        .map(([name, each]) => `${nameOf(name)}: ${this.write(each)},\n`)
        .join('')}}`;
    const elements = parseText(value);
    const text = this.template(elements);
    return collectArguments(elements).size === 0 ? text : `(v) => ${text}`;
  }
}

const order = ['boolean', 'string', 'number', 'null'];

/** Returns the type of an argument. A plain one takes a string or a number. */
function typeOf(types) {
  const isPlain = !['boolean', 'string', 'number'].some((each) => types.has(each));
  const named = isPlain ? new Set([...types, 'string', 'number']) : types;
  return order.filter((each) => named.has(each)).join(' | ');
}

/** Returns the type of a part of the catalogue. `others` has the same part in every language. */
function writeType(value, others) {
  if (Array.isArray(value)) return 'readonly string[]';
  if (!isText(value))
    return `{\n${Object.entries(value)
      .map(([name, each]) => {
        const type = writeType(
          each,
          others.map((other) => other[name]),
        );
        return `readonly ${nameOf(name)}: ${type};\n`;
      })
      .join('')}}`;
  const found = new Map();
  for (const text of others) collectArguments(parseText(text), found);
  if (found.size === 0) return 'string';
  const fields = [...found].map(([name, types]) => `readonly ${nameOf(name)}: ${typeOf(types)}`);
  return `(v: { ${fields.join('; ')} }) => string`;
}

const note = '// Compiled by scripts/locales.mjs from locales/*.json.\n';

const languagesFile = (catalogues) => {
  const codes = Object.keys(catalogues);
  const names = codes.map((code) => `  ${nameOf(code)}: ${quote(catalogues[code].language.name)},\n`);
  const toLeft = codes.filter((code) => catalogues[code].language.direction === 'rtl');
  return `${note}
/** Names of the languages, each in the language itself. */
export const languages = {
${names.join('')}} as const;

export type Language = keyof typeof languages;

/** The first is the default. */
export const languageCodes = [${codes.map(quote).join(', ')}] as const satisfies readonly Language[];

export const rightToLeft: ReadonlySet<string> = new Set([${toLeft.map(quote).join(', ')}]);
`;
};

function sectionFiles(path, parts) {
  const codes = Object.keys(parts);
  const up = '../../languages.js';
  const perLanguage = codes.map((code) => {
    const expressions = new Expressions(code);
    const written = expressions.write(parts[code]);
    const head = `${note}import type { Texts } from './texts.js';\n\n${expressions.formatters}`;
    return [`${path}/${code}.ts`, `${head}export const texts: Texts = ${written};\n`];
  });
  const imports = codes.map((code, at) => `import { texts as t${at} } from './${code}.js';\n`).join('');
  const all = codes.map((code, at) => `${nameOf(code)}: t${at}`).join(', ');
  const loaders = codes.map((code) => `  ${nameOf(code)}: async () => (await import('./${code}.js')).texts,\n`);
  const types = `import type { Language } from '${up}';\nimport type { Texts } from './texts.js';\n\n`;
  return [
    ...perLanguage,
    [`${path}/texts.ts`, `${note}export type Texts = ${writeType(parts[base], Object.values(parts))};\n`],
    [
      `${path}/all.ts`,
      `${note}${imports}${types}export const texts: Readonly<Record<Language, Texts>> = { ${all} };\n`,
    ],
    [
      `${path}/load.ts`,
      `${note}${types}const loaders: Readonly<Record<Language, () => Promise<Texts>>> = {
${loaders.join('')}};

export const loadTexts = (language: Language): Promise<Texts> => loaders[language]();
`,
    ],
  ];
}

/** Returns the compiled files: content by path. */
function compile(catalogues) {
  const { language, ...groups } = catalogues[base];
  const sections = Object.entries(groups).flatMap(([group, each]) =>
    Object.keys(each).map((section) => [group, section]),
  );
  return new Map([
    ['languages.ts', languagesFile(catalogues)],
    ...sections.flatMap(([group, section]) => {
      const parts = Object.entries(catalogues).map(([code, catalogue]) => [code, catalogue[group][section]]);
      return sectionFiles(`${group}/${section}`, Object.fromEntries(parts));
    }),
  ]);
}

const readIfThere = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

/** Writes the compiled files that changed, and removes those of former sections and languages. */
function writeCompiled(files, to) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(to.length + 1).replaceAll('\\', '/');
    if (entry.isFile() && !files.has(path)) rmSync(file);
  }
  for (const [path, content] of files) {
    const file = join(to, path);
    if (readIfThere(file) === content) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const folder = positionals[0] ?? join(root, 'locales');
const catalogues = readCatalogues(folder);
const problems = findProblems(catalogues);
if (values.check && problems.length === 0) problems.push(...findUnused(catalogues[base]));
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
else if (!values.check) writeCompiled(compile(catalogues), join(folder, 'compiled'));
