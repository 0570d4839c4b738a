import { createContext, type ReactNode, type Ref, useContext, useEffect, useId, useRef, useState } from 'react';
import type { JsonObject } from '../../../src/core/base/json.js';
import type { GroupsReply, SettingSchema } from '../../../src/drafts/replies.js';
import type { Json } from '../../../src/errors.js';
import { useLoaded } from '../frame/acting.js';
import { get } from '../frame/call.js';
import { useWords } from '../frame/words.js';
import { Labeled, TextInput } from './form.js';
import { ServerText, useSettingNames } from './server-text.js';
import { CopyButton, makeSecret } from './shown-once.js';
import { Landing, QuietButton } from './state.js';

/* A form that is made from the JSON Schema of settings. A summary has the name of the setting in the file. */

/** `undefined` if the setting is not in the file. */
type Value = Json | undefined;

/** Values of the settings at the top, by name. */
export type Values = Readonly<Record<string, Value>>;

interface SettingProps {
  readonly schema: SettingSchema;
  /** Name in the file, for an entry that of its list. */
  readonly name: string;
  /** Readable name, or the name of the entry of a list. */
  readonly label: string;
  readonly value: Value;
  readonly isRequired: boolean;
  readonly onChange: (value: Value) => void;
}

/** Id of the connection whose groups are suggested. */
const ConnectionContext = createContext('');

const isFields = (value: Value): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: Value): value is readonly Json[] => Array.isArray(value);

/** Lists what a setting can be: each known value, and each other type. */
function alternativesOf(schema: SettingSchema): readonly SettingSchema[] {
  if (schema.const !== undefined) return [schema];
  if (schema.type === 'null') return [{ const: null }];
  if (schema.type === 'boolean') return [{ const: true }, { const: false }];
  if (schema.enum !== undefined) return schema.enum.map((value) => ({ const: value }));
  return (schema.anyOf ?? schema.oneOf)?.flatMap(alternativesOf) ?? [schema];
}

/** Translates the description, without the marks of code. */
const hintOf = ({ description }: SettingSchema): ReactNode =>
  description && <ServerText>{description.replaceAll('`', '')}</ServerText>;

const kindOf = ({ properties = {} }: SettingSchema): readonly [name: string, kind: SettingSchema] | undefined =>
  Object.entries(properties).find(([, each]) => each.const !== undefined);

function matches(schema: SettingSchema, value: Value): boolean {
  if (schema.const !== undefined || value === null) return schema.const === value;
  if (!isFields(value)) return isList(value) ? schema.type === 'array' : schema.type === typeof value;
  const [name = '', kind] = kindOf(schema) ?? [];
  return kind?.const === value[name];
}

/** Returns the first value of a new setting: what it must have, as far as that is known. */
function initialOf(schema: SettingSchema): Json {
  const [{ type, properties = {}, required = [], ...first } = schema] = alternativesOf(schema);
  if (first.const !== undefined) return first.const;
  if (type === 'array') return [];
  if (type === 'string') return '';
  if (type !== 'object') return null;
  const known = Object.entries(properties).filter(
    ([name, each]) => required.includes(name) && (each.const !== undefined || each.enum !== undefined),
  );
  return Object.fromEntries(known.map(([name, each]) => [name, initialOf(each)]));
}

/** Returns a function that names what a setting can be. */
function useNames(options: readonly SettingSchema[]): (option: SettingSchema) => string {
  const { settings: words } = useWords();
  const isOnly = options.filter((each) => each.const === undefined).length === 1;
  return (option) => {
    const value = option.const ?? kindOf(option)?.[1].const;
    if (value === true) return words.on;
    if (value === false) return words.off;
    if (value !== undefined && value !== null) return String(value);
    if (option.const === null) return words.none;
    return (isOnly ? undefined : Object.keys(option.properties ?? {})[0]) ?? words.stated;
  };
}

const Hint = ({ schema }: { readonly schema: SettingSchema }) =>
  schema.description !== undefined && <p className="soft fine">{hintOf(schema)}</p>;

function Choice({ schema, name, label, value, isRequired, onChange }: SettingProps) {
  const { settings: words } = useWords();
  const options = alternativesOf(schema);
  const nameOf = useNames(options);
  const find = (given: Value): number => (given === undefined ? -1 : options.findIndex((each) => matches(each, given)));
  const at = find(value);
  const chosen = options[at];
  const byDefault = options[find(schema.default)];
  return (
    <>
      <Labeled label={label} hint={hintOf(schema)}>
        {(attributes) => (
          <select
            {...attributes}
            value={at}
            onChange={({ target }) => {
              const next = options[Number(target.value)];
              onChange(next && initialOf(next));
            }}
          >
            {(!isRequired || at < 0) && (
              <option value={-1}>
                {byDefault === undefined ? words.notSet : words.byDefault({ value: nameOf(byDefault) })}
              </option>
            )}
            {options.map((each, index) => (
              <option key={nameOf(each)} value={index}>
                {nameOf(each)}
              </option>
            ))}
          </select>
        )}
      </Labeled>
      {chosen !== undefined && chosen.const === undefined && (
        <>
          <Hint schema={kindOf(chosen)?.[1] ?? {}} />
          <Setting schema={chosen} name={name} label={label} value={value} isRequired onChange={onChange} />
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

function ScalarField({ schema, label, value, isRequired, onChange }: SettingProps) {
  const { settings: words } = useWords();
  const list = useId();
  const [inner = schema, ...nullable] = alternativesOf(schema);
  const isNumber = inner.type !== 'string';
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return (
    <>
      <TextInput
        label={label}
        hint={hintOf(schema) ?? hintOf(inner)}
        type={isNumber ? 'number' : 'text'}
        min={inner.minimum}
        max={inner.maximum}
        step={inner.type === 'number' ? 'any' : undefined}
        maxLength={inner.maxLength}
        value={text}
        placeholder={isFields(value) ? words.isSet : String(schema.default ?? '')}
        list={inner.directory && list}
        onText={(typed) => {
          if (typed === '') onChange(isRequired && nullable.length > 0 ? null : undefined);
          else onChange(isNumber ? Number(typed) : typed);
        }}
      />
      {inner.directory !== undefined && text !== '' && <Groups id={list} text={text} />}
    </>
  );
}

/** A secret can be stated and kept, but not read. */
function SecretField({ schema, name, label, value, onChange }: SettingProps) {
  const { settings: words } = useWords();
  const [former] = useState(value);
  const alternatives = alternativesOf(schema);
  const prefix = name.startsWith('previous')
    ? undefined
    : alternatives.find(({ writeOnly }) => writeOnly)?.secretPrefix;
  const seal = isFields(value) && typeof value.seal === 'string' ? value.seal : '';
  const state = (text: string): void => onChange(text === '' ? former : { seal: text });
  return (
    <>
      <TextInput
        label={label}
        hint={hintOf(schema)}
        value={seal}
        placeholder={isFields(value) ? words.isSet : words.notSet}
        onText={state}
      />
      {prefix !== undefined && (
        <QuietButton aria-label={words.generate({ name: label })} onPress={() => state(`${prefix}${makeSecret()}`)}>
          {words.generate({ name: '' })}
        </QuietButton>
      )}
      {seal !== '' && <CopyButton value={seal} />}
      {seal === '' && isFields(value) && alternatives.length > 1 && (
        <QuietButton onPress={() => onChange(null)}>{words.remove({ name: label })}</QuietButton>
      )}
    </>
  );
}

type GroupProps = Pick<SettingProps, 'label' | 'schema'> & {
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLFieldSetElement>;
};

const Group = ({ label, schema, children, ref }: GroupProps) => (
  <fieldset ref={ref} className="field group">
    <legend>{label}</legend>
    <Hint schema={schema} />
    {children}
  </fieldset>
);

/** Checkboxes for a list of known values. */
function KnownValues({ schema, label, value = schema.default, onChange }: SettingProps) {
  const checked = isList(value) ? value : [];
  const known = schema.items?.enum ?? [];
  return (
    <Group label={label} schema={schema}>
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

/** Returns the name or id of an entry, such as a rule. `undefined` if it has none. */
function nameOf(entry: Json): string | undefined {
  const name = isFields(entry) ? (entry.name ?? entry.id) : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Shows an entry by its name, and unfolds one that is new. */
function Entry({ label, entry, children }: Pick<GroupProps, 'label' | 'children'> & { readonly entry: Json }) {
  const [isNew] = useState(nameOf(entry) === undefined);
  if (!isFields(entry)) return children;
  return (
    <details open={isNew}>
      <summary>
        <b dir="auto">{label}</b>
      </summary>
      {children}
    </details>
  );
}

/** The name of an entry changes while it is typed. */
const keyOf = (index: number): string => `entry ${index}`;

/** Entries of a list, or settings by names that the administrator chooses. */
function Entries({ schema, name, label, value = schema.default, onChange }: SettingProps) {
  const { settings: words } = useWords();
  const isNamed = schema.items === undefined;
  const inner = schema.items ?? (schema.additionalProperties || {});
  const entries = isNamed ? Object.entries(isFields(value) ? value : {}) : Object.entries(isList(value) ? value : []);
  const group = useRef<HTMLFieldSetElement>(null);
  /** Entry that takes the focus, and the selector of its part. The button that adds an entry follows the last entry. */
  const [landing, setLanding] = useState<{ readonly index: number; readonly part: string } | null>(null);
  useEffect(() => {
    if (landing === null) return;
    const places = group.current?.querySelectorAll<HTMLElement>(':scope > [tabindex="-1"], :scope > button') ?? [];
    const place = places[landing.index] ?? places[places.length - 1];
    (place?.querySelector<HTMLElement>(landing.part) ?? place)?.focus();
  }, [landing]);
  const put = (changed: readonly (readonly [string, Json])[]): void =>
    onChange(isNamed ? Object.fromEntries(changed) : changed.map(([, each]) => each));
  const replace = (index: number, next: readonly (readonly [string, Json])[], part?: string): void => {
    put([...entries.slice(0, index), ...next, ...entries.slice(index + 1)]);
    if (part !== undefined) setLanding({ index, part });
  };
  const move = (from: number, to: number): void => {
    const changed = [...entries];
    changed.splice(to, 0, ...changed.splice(from, 1));
    put(changed);
    // At the end of the list, the entry takes the focus: the only button left would undo the press.
    setLanding({ index: to, part: `:scope > .actions > [data-step="${to - from}"]` });
  };
  return (
    <Group ref={group} label={label} schema={schema}>
      {entries.map(([key, each], index) => {
        const at = isNamed ? key : (nameOf(each) ?? `${label} ${index + 1}`);
        const ways = [index - 1, index + 1].filter((to) => !isNamed && to in entries);
        return (
          <div key={keyOf(index)} tabIndex={-1}>
            {isNamed && (
              <TextInput label={words.name} value={key} onText={(typed) => replace(index, [[typed, each]])} />
            )}
            <Entry label={at} entry={each}>
              <Setting
                schema={inner}
                name={name}
                label={at}
                value={each}
                isRequired
                onChange={(next) => replace(index, [[key, next ?? initialOf(inner)]])}
              />
            </Entry>
            <div className="actions">
              {ways.map((to) => (
                <QuietButton key={to} data-step={to - index} onPress={() => move(index, to)}>
                  {(to < index ? words.up : words.down)({ name: at })}
                </QuietButton>
              ))}
              <QuietButton onPress={() => replace(index, [], 'none')}>{words.remove({ name: at })}</QuietButton>
            </div>
          </div>
        );
      })}
      {!(isNamed && entries.some(([name]) => name === '')) && (
        <QuietButton onPress={() => replace(entries.length, [['', initialOf(inner)]], 'input, select, textarea')}>
          {words.add({ name: label })}
        </QuietButton>
      )}
    </Group>
  );
}

function ObjectFields({ schema, label, value, isRequired, onChange }: SettingProps) {
  const nameSetting = useSettingNames();
  const fields = isFields(value) ? value : {};
  const put = (name: string, next: Value): void => {
    const { [name]: _, ...others } = fields;
    const changed = next === undefined ? others : { ...fields, [name]: next };
    onChange(!isRequired && Object.keys(changed).length === 0 ? undefined : changed);
  };
  return (
    <Group label={label} schema={schema}>
      {Object.entries(schema.properties ?? {})
        .filter(([, each]) => each.const === undefined)
        .map(([name, each]) => (
          <Setting
            key={name}
            schema={each}
            name={name}
            label={nameSetting(name)}
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
  const [only, ...others] = all.filter((each) => each.const !== null);
  if (only === undefined) return null;
  if (all.some(({ writeOnly }) => writeOnly)) return <SecretField {...props} />;
  if (others.length > 0 || only.const !== undefined) return <Choice {...props} />;
  if (only.type === 'string' || only.type === 'number' || only.type === 'integer') return <ScalarField {...props} />;
  if (all.length > 1) return <Choice {...props} />;
  if (only.items?.enum !== undefined) return <KnownValues {...props} schema={only} />;
  const Part = only.properties === undefined ? Entries : ObjectFields;
  return <Part {...props} schema={only} />;
}

const mostShown = 60;

/** Shows a value on one line, without a typed secret. */
function toLine(value: Value): string {
  const text = JSON.stringify(value, (key, each) => (key === 'seal' || each?.unchanged ? '…' : each)) ?? '';
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}

/** @param props.open - names of the settings that are shown at once */
export function SettingsForm({
  schema,
  section,
  values,
  open,
  connection,
  onChange,
}: {
  readonly schema: SettingSchema;
  readonly section: string;
  readonly values: Values;
  readonly open: readonly string[];
  readonly connection: string;
  readonly onChange: (change: Values) => void;
}) {
  const nameSetting = useSettingNames();
  const [{ properties = {}, required = [] } = schema] = alternativesOf(schema);
  return (
    <ConnectionContext value={connection}>
      {Object.entries(properties).map(([name, each]) => (
        <Landing key={name} id={`${section}.${name}`}>
          <details open={open.includes(name)}>
            <summary>
              <code>{name}</code> <code className="soft">{toLine(values[name] ?? each.default)}</code>
            </summary>
            <Setting
              schema={each}
              name={name}
              label={nameSetting(name)}
              value={values[name]}
              isRequired={required.includes(name)}
              onChange={(next) => onChange({ [name]: next })}
            />
          </details>
        </Landing>
      ))}
    </ConnectionContext>
  );
}
