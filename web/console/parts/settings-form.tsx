import { createContext, type ReactNode, useContext, useEffect, useId, useState } from 'react';
import type { GroupsReply, SettingSchema } from '../../../src/drafts/replies.js';
import type { Json } from '../../../src/errors.js';
import { useLoaded } from '../frame/acting.js';
import { get } from '../frame/call.js';
import { useWords } from '../frame/words.js';
import { Labeled } from './form.js';
import { ServerText } from './server-text.js';
import { QuietButton } from './state.js';

/* A form that is made from the JSON Schema of settings. It shows each setting by its path in the configuration file. */

/** `undefined` if the setting is not in the file. */
type Value = Json | undefined;

interface Fields {
  readonly [name: string]: Json;
}

/** Values of the settings at the top, by name. */
export type Values = Readonly<Record<string, Value>>;

interface SettingProps {
  readonly schema: SettingSchema;
  readonly path: string;
  readonly value: Value;
  readonly isRequired: boolean;
  readonly onChange: (value: Value) => void;
}

/** Id of the connection whose groups are suggested. */
const ConnectionContext = createContext('');

const isFields = (value: Value): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: Value): value is readonly Json[] => Array.isArray(value);

const alternativesOf = (schema: SettingSchema): readonly SettingSchema[] => {
  const own = schema.anyOf ?? schema.oneOf;
  return own === undefined ? [schema] : own.flatMap(alternativesOf);
};

/** Returns the description without the marks of code. */
const hintOf = ({ description }: SettingSchema): string | undefined => description?.replaceAll('`', '');

const kindOf = ({ properties = {} }: SettingSchema): SettingSchema | undefined =>
  Object.values(properties).find((each) => each.const !== undefined);

function matches(schema: SettingSchema, value: Value): boolean {
  if (schema.const !== undefined) return schema.const === value;
  if (schema.type === 'null') return value === null;
  if (schema.type === 'array') return isList(value);
  if (schema.properties === undefined) return typeof value === schema.type || isFields(value);
  return (
    isFields(value) &&
    Object.entries(schema.properties).every(([name, each]) => each.const === undefined || each.const === value[name])
  );
}

/** Returns the first value of a new setting: what it must have, as far as that is known. */
function initialOf(schema: SettingSchema): Json {
  const [first = schema] = alternativesOf(schema);
  const { type, properties = {}, required = [] } = first;
  if (first.const !== undefined) return first.const;
  if (first.enum?.[0] !== undefined) return first.enum[0];
  if (type === 'array') return [];
  if (type === 'string') return '';
  if (type !== 'object') return null;
  const known = Object.entries(properties).filter(
    ([name, each]) => required.includes(name) && (each.const !== undefined || each.enum !== undefined),
  );
  return Object.fromEntries(known.map(([name, each]) => [name, initialOf(each)]));
}

interface Option {
  readonly name: string;
  readonly schema: SettingSchema;
}

/** Lists what a setting can be: its values, or the kinds of objects. */
function useOptions(schema: SettingSchema): readonly Option[] {
  const { settings: words } = useWords();
  return alternativesOf(schema).flatMap((each): readonly Option[] => {
    if (each.enum !== undefined) return each.enum.map((value) => ({ name: String(value), schema: { const: value } }));
    if (each.type === 'boolean')
      return [true, false].map((value) => ({ name: value ? words.on : words.off, schema: { const: value } }));
    if (each.type === 'null') return [{ name: 'null', schema: { const: null } }];
    const named = each.const ?? kindOf(each)?.const ?? Object.keys(each.properties ?? {})[0];
    return [{ name: named === undefined ? words.stated : String(named), schema: each }];
  });
}

const Hint = ({ schema }: { readonly schema: SettingSchema }) =>
  schema.description !== undefined && (
    <p className="soft fine">
      <ServerText>{hintOf(schema) ?? ''}</ServerText>
    </p>
  );

function Choice({ schema, path, value, isRequired, onChange }: SettingProps) {
  const { settings: words } = useWords();
  const options = useOptions(schema);
  const find = (given: Value): number => options.findIndex((each) => matches(each.schema, given));
  const at = value === undefined ? -1 : find(value);
  const chosen = options[at]?.schema;
  const byDefault = schema.default === undefined ? undefined : options[find(schema.default)]?.name;
  return (
    <>
      <Labeled label={path} hint={hintOf(schema)}>
        {(attributes) => (
          <select
            {...attributes}
            value={at}
            onChange={({ target }) => {
              const next = options[Number(target.value)];
              onChange(next && initialOf(next.schema));
            }}
          >
            {(!isRequired || at < 0) && (
              <option value={-1}>
                {byDefault === undefined ? words.notSet : words.byDefault({ value: byDefault })}
              </option>
            )}
            {options.map(({ name }, index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Labeled>
      {chosen !== undefined && chosen.const === undefined && (
        <>
          <Hint schema={kindOf(chosen) ?? {}} />
          <Setting schema={chosen} path={path} value={value} isRequired onChange={onChange} />
        </>
      )}
    </>
  );
}

const typingMs = 300;

/** Suggests groups of the provider. */
function Groups({ id, text }: { readonly id: string; readonly text: string }) {
  const connection = useContext(ConnectionContext);
  const [sought, setSought] = useState(text);
  useEffect(() => {
    const typing = setTimeout(setSought, typingMs, text);
    return () => clearTimeout(typing);
  }, [text]);
  const found = useLoaded(get<GroupsReply>('/v1/configuration/groups', { connection, text: sought }));
  return (
    <datalist id={id}>
      {found.state === 'loaded' && found.value.groups.map((group) => <option key={group.id} value={group.name} />)}
    </datalist>
  );
}

function ScalarField({ schema, path, value, isRequired, onChange }: SettingProps) {
  const { settings: words } = useWords();
  const list = useId();
  const [inner = schema, ...nullable] = alternativesOf(schema);
  const isNumber = inner.type !== 'string';
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return (
    <Labeled label={path} hint={hintOf(schema) ?? hintOf(inner)}>
      {(attributes) => (
        <>
          <input
            {...attributes}
            type={isNumber ? 'number' : 'text'}
            min={inner.minimum}
            max={inner.maximum}
            step={inner.type === 'number' ? 'any' : undefined}
            maxLength={inner.maxLength}
            value={text}
            placeholder={isFields(value) ? words.isSet : String(schema.default ?? '')}
            list={inner.directory && list}
            onChange={({ target }) => {
              if (target.value === '') onChange(isRequired && nullable.length > 0 ? null : undefined);
              else onChange(isNumber ? Number(target.value) : target.value);
            }}
            autoComplete="off"
            spellCheck={false}
            dir="auto"
          />
          {inner.directory !== undefined && text !== '' && <Groups id={list} text={text} />}
        </>
      )}
    </Labeled>
  );
}

/** Returns 32 random bytes in base64. */
export const makeSecret = (): string => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));

/** A secret can be stated and kept, but not read. */
function SecretField({ schema, path, value, onChange }: SettingProps) {
  const { settings: words } = useWords();
  const [former] = useState(value);
  const alternatives = alternativesOf(schema);
  const prefix = alternatives.find(({ writeOnly }) => writeOnly)?.secretPrefix;
  const seal = isFields(value) && typeof value.seal === 'string' ? value.seal : '';
  const state = (text: string): void => onChange(text === '' ? former : { seal: text });
  return (
    <>
      <Labeled label={path} hint={hintOf(schema)}>
        {(attributes) => (
          <input
            {...attributes}
            value={seal}
            placeholder={isFields(value) ? words.isSet : words.notSet}
            onChange={({ target }) => state(target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </Labeled>
      {prefix !== undefined && (
        <QuietButton aria-label={words.generate({ path })} onPress={() => state(`${prefix}${makeSecret()}`)}>
          {words.generate({ path: '' })}
        </QuietButton>
      )}
      {seal === '' && isFields(value) && alternatives.length > 1 && (
        <QuietButton onPress={() => onChange(null)}>{words.remove({ path })}</QuietButton>
      )}
    </>
  );
}

function Group({
  name,
  schema,
  children,
}: {
  readonly name: string;
  readonly schema: SettingSchema;
  readonly children: ReactNode;
}) {
  return (
    <fieldset className="field group">
      <legend>{name}</legend>
      <Hint schema={schema} />
      {children}
    </fieldset>
  );
}

/** Checkboxes for a list of known values. */
function KnownValues({ schema, path, value = schema.default, onChange }: SettingProps) {
  const checked = isList(value) ? value : [];
  const known = schema.items?.enum ?? [];
  return (
    <Group name={path} schema={schema}>
      {known.map((each) => (
        <label key={String(each)} className="tick">
          <input
            type="checkbox"
            checked={checked.includes(each)}
            onChange={({ target }) =>
              onChange(known.filter((other) => (other === each ? target.checked : checked.includes(other))))
            }
          />
          <code>{String(each)}</code>
        </label>
      ))}
    </Group>
  );
}

/** The name of an entry changes while it is typed. */
const keyOf = (index: number): string => `entry ${index}`;

/** Entries of a list, or settings by names that the administrator chooses. */
function Entries({ schema, path, value = schema.default, onChange }: SettingProps) {
  const { settings: words } = useWords();
  const isNamed = schema.items === undefined;
  const inner = schema.items ?? (schema.additionalProperties || {});
  const entries = isNamed ? Object.entries(isFields(value) ? value : {}) : Object.entries(isList(value) ? value : []);
  const replace = (index: number, next: readonly (readonly [string, Json])[], count = 1): void => {
    const changed = [...entries.slice(0, index), ...next, ...entries.slice(index + count)];
    onChange(isNamed ? Object.fromEntries(changed) : changed.map(([, each]) => each));
  };
  return (
    <Group name={path} schema={schema}>
      {entries.map(([name, each], index) => {
        const at = `${path}.${name}`;
        const before = isNamed ? undefined : entries[index - 1];
        return (
          <div key={keyOf(index)}>
            {isNamed && (
              <Labeled label={words.name}>
                {(attributes) => (
                  <input
                    {...attributes}
                    value={name}
                    onChange={({ target }) => replace(index, [[target.value, each]])}
                  />
                )}
              </Labeled>
            )}
            <Setting
              schema={inner}
              path={at}
              value={each}
              isRequired
              onChange={(next) => replace(index, [[name, next ?? initialOf(inner)]])}
            />
            <div className="actions">
              {before !== undefined && (
                <QuietButton onPress={() => replace(index - 1, [[name, each], before], 2)}>
                  {words.up({ path: at })}
                </QuietButton>
              )}
              <QuietButton onPress={() => replace(index, [])}>{words.remove({ path: at })}</QuietButton>
            </div>
          </div>
        );
      })}
      {!(isNamed && entries.some(([name]) => name === '')) && (
        <QuietButton onPress={() => replace(entries.length, [['', initialOf(inner)]])}>
          {words.add({ path })}
        </QuietButton>
      )}
    </Group>
  );
}

function ObjectFields({ schema, path, value, isRequired, onChange }: SettingProps) {
  const fields = isFields(value) ? value : {};
  const put = (name: string, next: Value): void => {
    const { [name]: _, ...others } = fields;
    const changed = next === undefined ? others : { ...fields, [name]: next };
    onChange(!isRequired && Object.keys(changed).length === 0 ? undefined : changed);
  };
  return (
    <Group name={path} schema={schema}>
      {Object.entries(schema.properties ?? {})
        .filter(([, each]) => each.const === undefined)
        .map(([name, each]) => (
          <Setting
            key={name}
            schema={each}
            path={`${path}.${name}`}
            value={fields[name]}
            isRequired={schema.required?.includes(name) ?? false}
            onChange={(next) => put(name, next)}
          />
        ))}
    </Group>
  );
}

function Setting(props: SettingProps) {
  const all = alternativesOf(props.schema);
  const [only, ...others] = all.filter(({ type }) => type !== 'null');
  if (only === undefined) return null;
  if (all.some(({ writeOnly }) => writeOnly)) return <SecretField {...props} />;
  const isChoice = others.length > 0 || only.enum !== undefined || only.const !== undefined || only.type === 'boolean';
  if (isChoice) return <Choice {...props} />;
  if (only.type === 'string' || only.type === 'number' || only.type === 'integer') return <ScalarField {...props} />;
  if (all.length > 1) return <Choice {...props} />;
  if (only.items?.enum !== undefined) return <KnownValues {...props} schema={only} />;
  return only.properties === undefined ? (
    <Entries {...props} schema={only} />
  ) : (
    <ObjectFields {...props} schema={only} />
  );
}

const mostShown = 60;

/** Shows a value on one line, without a typed secret. */
function toLine(value: Value): string {
  const text = JSON.stringify(value, (key, each) => (key === 'seal' ? '…' : each)) ?? '';
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}

/** @param props.open - names of the settings that are shown at once */
export function SettingsForm({
  schema,
  values,
  open,
  connection,
  onChange,
}: {
  readonly schema: SettingSchema;
  readonly values: Values;
  readonly open: readonly string[];
  readonly connection: string;
  readonly onChange: (change: Values) => void;
}) {
  const [{ properties = {}, required = [] } = schema] = alternativesOf(schema);
  return (
    <ConnectionContext value={connection}>
      {Object.entries(properties).map(([name, each]) => (
        <details key={name} open={open.includes(name)}>
          <summary>
            <code>{name}</code> <code className="soft">{toLine(values[name] ?? each.default)}</code>
          </summary>
          <Setting
            schema={each}
            path={name}
            value={values[name]}
            isRequired={required.includes(name)}
            onChange={(next) => onChange({ [name]: next })}
          />
        </details>
      ))}
    </ConnectionContext>
  );
}
