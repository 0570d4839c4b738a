import { z } from 'zod';
import { createConnectionFields } from '../../src/config/connection.js';
import { createConfigGuard } from '../../src/config/schema.js';
import { toSettingsSchema } from '../../src/config/settings-schema.js';
import { connectionAdditions, sections } from '../../src/extensions/index.js';
import { connectionGuards } from '../../support/data/connection-guards.js';
import { alternativesOf, parseSchema, type Schema, toPage, toTable, toText, typeOf } from './markdown.js';

export interface Setting {
  readonly path: string;
  readonly type: string;
  /** JSON value, `required` or `none`. */
  readonly default: string;
  readonly description: string;
}

const toSchema = (guard: z.ZodType): Schema => parseSchema(toSettingsSchema(guard));

/** Returns a short type. An object's fields and a list's items are listed separately. */
function phraseOf(schema: Schema): string {
  const [first = {}] = alternativesOf(schema);
  if (isByLanguage(schema)) return 'object by language: `en`, `de`, `es`, `fr`, `ar`';
  if (first.type === 'array' && first.items !== undefined && hasFields(first.items)) return 'list of objects';
  return typeOf(schema);
}

const hasFields = (schema: Schema): boolean => alternativesOf(schema).some((each) => each.properties !== undefined);

function defaultOf(schema: Schema, isRequired: boolean): string {
  if (schema.default !== undefined) return `\`${JSON.stringify(schema.default)}\``;
  return isRequired || schema.const !== undefined ? 'required' : 'none';
}

function settingsOf(schema: Schema, path: string): Setting[] {
  return alternativesOf(schema).flatMap((each) => {
    if (each.items !== undefined) return settingsOf(each.items, `${path}[]`);
    const { additionalProperties: values } = each;
    if (typeof values === 'object') return settingsOf(values, `${path}.<name>`);
    return Object.entries(each.properties ?? {}).flatMap(([name, field]) =>
      settingOf(path === '' ? name : `${path}.${name}`, field, each),
    );
  });
}

const isByLanguage = (schema: Schema): boolean =>
  alternativesOf(schema).some(({ properties }) => properties?.en !== undefined && properties.de !== undefined);

function settingOf(path: string, field: Schema, parent: Schema): Setting[] {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const own = { path, type: phraseOf(field), default: defaultOf(field, parent.required?.includes(name) ?? false) };
  const inner = isByLanguage(field) ? [] : settingsOf(field, path);
  return [{ ...own, description: field.description ?? '' }, ...inner];
}

const propertiesOf = (schema: Schema): Readonly<Record<string, Schema>> => alternativesOf(schema)[0]?.properties ?? {};

const itemsOf = (schema: Schema | undefined): readonly Schema[] =>
  alternativesOf(schema ?? {}).flatMap(({ items }) => (items === undefined ? [] : alternativesOf(items)));

const kindOf = (schema: Schema): unknown => schema.properties?.kind?.const;

export interface Section {
  readonly title: string;
  readonly description: string;
  readonly settings: readonly Setting[];
}

const shared = toSchema(z.strictObject(createConnectionFields(connectionAdditions)));
const clientsOf = ({ properties }: Schema): readonly Schema[] => itemsOf(propertiesOf(properties?.oidc ?? {}).clients);

function describeProvider(connection: Schema): Section {
  const kind = String(kindOf(connection));
  const known = clientsOf(shared).map(kindOf);
  const own = connection.properties?.[kind] ?? {};
  const policy = connection.properties?.policy ?? {};
  const usual = settingsOf(shared.properties?.policy ?? {}, 'policy');
  const differs = (setting: Setting) => usual.every((each) => JSON.stringify(each) !== JSON.stringify(setting));
  const clients = clientsOf(connection).filter((client) => !known.includes(kindOf(client)));
  return {
    title: `Connection: ${kind}`,
    description: own.description ?? '',
    settings: [
      ...settingsOf(own, kind),
      ...settingsOf(policy, 'policy').filter(differs),
      ...clients.flatMap((client) => settingsOf(client, 'oidc.clients[]')),
    ],
  };
}

export function listSections(): Section[] {
  const properties = {
    ...propertiesOf(toSchema(createConfigGuard(connectionGuards))),
    ...propertiesOf(toSchema(z.object(sections))),
  };
  const parts = Object.entries(properties).filter(([name]) => name !== 'connections');
  const connections = itemsOf(properties.connections);
  const isPart = (field: Schema): boolean => hasFields(field) || itemsOf(field).some(hasFields);
  const top = Object.entries(properties).flatMap(([name, field]) => settingOf(name, field, {}).slice(0, 1));
  const kind: Setting = {
    path: 'kind',
    type: connections.map((each) => `\`"${String(kindOf(each))}"\``).join(', '),
    default: 'required',
    description: 'Kind of the provider. Its settings are in the field of the same name.',
  };
  return [
    { title: 'Top level', description: 'Settings of the server, and the sections below.', settings: top },
    ...parts
      .filter(([, field]) => isPart(field))
      .map(([name, field]) => ({
        title: name,
        description: field.description ?? '',
        settings: settingsOf(field, name),
      })),
    {
      title: 'connections',
      description: 'Settings of each connection, whatever its provider.',
      settings: [kind, ...settingsOf(shared, '')],
    },
    ...connections.map(describeProvider),
  ];
}

export const renderConfiguration = (): string =>
  toPage(
    'Configuration reference',
    'Every setting of the configuration file with its values and default. [Configuration](../configuration.md) explains where settings come from and shows an example.',
    [
      'A dot separates an object and its field, `[]` marks each element of a list, and `<name>` is a name of your choice. A setting whose description begins with “Secret” can be a reference such as `{ "env": "NAME" }`.',
      ...listSections().flatMap(({ title, description, settings }) => [
        `## ${title}`,
        toText(description),
        toTable(
          ['setting', 'values', 'default', 'description'],
          settings.map((each) => [`\`${each.path}\``, each.type, each.default, toText(each.description)]),
        ),
      ]),
    ],
  );
