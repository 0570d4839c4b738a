import { type RefObject, useEffect, useId, useRef, useState } from 'react';
import type { BrandReply, CheckedBrandReply } from '../../../../src/brand/replies.js';
import { textRules } from '../../../../src/brand/texts.js';
import { isLanguage, type Language, languages } from '../../../../src/core/base/languages.js';
import { toRefusal, useSessionActions } from '../../frame/acting.js';
import { post, type Refusal } from '../../frame/call.js';
import { useLanguage } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Field, FileField, LanguageSelect, TextInput } from '../../parts/form.js';
import { Loading, Problem } from '../../parts/state.js';
import { Contrasts } from './contrasts.js';
import { Preview } from './preview.js';
import { type ColourName, colourNames, useTexts } from './texts.js';

const pictureNames = ['logo', 'logoDark', 'icon'] as const;

type Brand = BrandReply['brand'];
type Palette = CheckedBrandReply['palette'];

/** Time without typing after which the preview is updated. */
const pauseMs = 400;

const toColours = (brand: Brand): Colours => ({
  accent: brand?.accent ?? '',
  accentDark: brand?.accentDark ?? '',
  ground: brand?.ground ?? '',
  groundDark: brand?.groundDark ?? '',
});

const toOwnTexts = (brand: Brand): OwnTexts =>
  Object.fromEntries(
    Object.keys(languages).map((language) => {
      const texts = (brand?.texts ?? []).filter((each) => each.language === language);
      return [language, Object.fromEntries(texts.map(({ key, text }) => [key, text]))];
    }),
  );

function toDraft(form: HTMLFormElement, own: OwnTexts): FormData {
  const draft = new FormData(form);
  draft.delete('textLanguage');
  // A file field without a file sends an empty file.
  for (const name of pictureNames) {
    const chosen = draft.get(name);
    if (chosen instanceof File && chosen.size === 0) draft.delete(name);
  }
  for (const [language, texts] of Object.entries(own)) {
    const filled = Object.entries(texts).filter(([, text]) => text !== '');
    if (filled.length > 0) draft.set(language, JSON.stringify(Object.fromEntries(filled)));
  }
  return draft;
}

/** Has the server check the form when the user pauses. */
function useCheckedDraft(form: RefObject<HTMLFormElement | null>, own: OwnTexts, onEdit: () => void) {
  const { call } = useSessionActions();
  const [edits, setEdits] = useState(0);
  const [checked, setChecked] = useState<CheckedBrandReply | null>(null);
  const [page, setPage] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const edited = (): void => {
    setChecked((found) => found && { ...found, digest: null });
    setEdits((before) => before + 1);
    onEdit();
  };
  useEffect(() => {
    let isOver = false;
    const check = async (): Promise<void> => {
      if (form.current === null) return;
      try {
        const found = await call(post<CheckedBrandReply>('/v1/brand/check', toDraft(form.current, own)));
        if (isOver) return;
        setChecked(found);
        setRefusal(null);
        if (found.preview !== null) setPage(found.preview);
      } catch (thrown) {
        if (!isOver) setRefusal(toRefusal(thrown));
      }
    };
    const timer = setTimeout(() => void check(), edits === 0 ? 0 : pauseMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [edits, own, call]);
  return { checked, page, refusal, edited };
}

export function Editor({
  inForce,
  onEdit,
  onApply,
}: {
  readonly inForce: BrandReply;
  readonly onEdit: () => void;
  readonly onApply: (digest: string) => Promise<void>;
}) {
  const words = useTexts();
  const { brand } = inForce;
  const form = useRef<HTMLFormElement>(null);
  const [colours, setColours] = useState(() => toColours(brand));
  const [own, setOwn] = useState(() => toOwnTexts(brand));
  const { checked, page, refusal, edited } = useCheckedDraft(form, own, onEdit);
  const { fields, apply } = words;
  const digest = checked?.digest ?? null;
  return (
    <div className="side-by-side">
      <form ref={form} className="form" onInput={edited} onSubmit={(event) => event.preventDefault()}>
        <Field name="organisation" label={fields.organisation} initial={brand?.organisation ?? ''} maxLength={100} />
        <Field
          name="helpUrl"
          label={fields.helpUrl}
          hint={words.helpHint}
          initial={brand?.helpUrl ?? ''}
          maxLength={1024}
        />
        <ColourFields
          colours={colours}
          palette={checked?.palette ?? null}
          onChange={(name, colour) => setColours({ ...colours, [name]: colour })}
        />
        {checked !== null && (
          <Contrasts
            contrasts={checked.contrasts}
            onUse={(name, colour) => {
              setColours({ ...colours, [name]: colour });
              edited();
            }}
          />
        )}
        <PictureFields brand={brand} />
        <OwnTextFields own={own} onChange={setOwn} />
      </form>
      <div className="stays">
        <h2>{words.preview.heading}</h2>
        {refusal !== null && <Problem refusal={refusal} onAgain={edited} />}
        {checked !== null && checked.problems.length > 0 && <Problems checked={checked} />}
        {page === null ? <Loading /> : <Preview page={page} />}
        {digest !== null && digest !== inForce.digest && <ConfirmButton {...apply} onConfirm={() => onApply(digest)} />}
        {digest !== null && digest === inForce.digest && <p className="soft">{apply.same}</p>}
      </div>
    </div>
  );
}

function PictureFields({ brand }: { readonly brand: Brand }) {
  const words = useTexts();
  const { fields } = words;
  return (
    <fieldset className="field">
      <legend>{words.pictures}</legend>
      {pictureNames.map((name) => (
        <div key={name}>
          <FileField
            name={name}
            label={fields[name]}
            hint={words.pictureHint}
            accept="image/png,image/webp,image/svg+xml"
          />
          {brand?.[name] != null && (
            <>
              <img
                className={name === 'logoDark' ? 'logo dark' : 'logo'}
                src={brand[name].path}
                alt={words.pictureNow({ what: fields[name] })}
              />
              <label className="tick">
                <input type="checkbox" name="without" value={name} />
                {words.without({ what: fields[name] })}
              </label>
            </>
          )}
        </div>
      ))}
    </fieldset>
  );
}

function Problems({ checked }: { readonly checked: CheckedBrandReply }) {
  const { problems, fields, texts, preview } = useTexts();
  const names = new Map([...Object.entries(fields), ...Object.entries(texts.keys)]);
  const reasons = new Map(Object.entries(problems));
  const nameOf = (field: string): string => {
    const [, language = '', key = ''] = /^texts\.(\w+)\.(.+)$/.exec(field) ?? [];
    if (isLanguage(language)) return `${names.get(key) ?? key} (${languages[language]})`;
    return names.get(field) ?? field;
  };
  const lines = new Set(
    checked.problems.map(({ field, code, reason }) => `${nameOf(field)}: ${reasons.get(code) ?? reason}`),
  );
  return (
    <div className="note bad" role="status">
      <p>
        <strong>{problems.heading}</strong>
      </p>
      <ul>
        {[...lines].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p>{preview.former}</p>
    </div>
  );
}

export type Colours = Readonly<Record<ColourName, string>>;

const shownOf = (name: ColourName, palette: Palette | null): string => {
  const { light, dark } = palette ?? {};
  const shown = { accent: light?.accent, accentDark: dark?.accent, ground: light?.ground, groundDark: dark?.ground };
  return shown[name] ?? '#000000';
};

export function ColourFields({
  colours,
  palette,
  onChange,
}: {
  readonly colours: Colours;
  readonly palette: Palette | null;
  readonly onChange: (name: ColourName, colour: string) => void;
}) {
  const { fields, pick, colourHint, colours: heading } = useTexts();
  const id = useId();
  return (
    <fieldset className="field">
      <legend>{heading}</legend>
      <p className="soft fine">{colourHint}</p>
      {colourNames.map((name) => (
        <div key={name} className="field">
          <label htmlFor={`${id}-${name}`}>{fields[name]}</label>
          <div className="colour">
            <input
              id={`${id}-${name}`}
              name={name}
              dir="ltr"
              spellCheck={false}
              autoComplete="off"
              maxLength={7}
              value={colours[name]}
              onChange={({ target }) => onChange(name, target.value.trim())}
            />
            <input
              type="color"
              aria-label={pick({ what: fields[name] })}
              value={/^#[0-9a-f]{6}$/i.test(colours[name]) ? colours[name] : shownOf(name, palette)}
              onChange={({ target }) => onChange(name, target.value)}
            />
          </div>
        </div>
      ))}
    </fieldset>
  );
}

export type OwnTexts = { readonly [Tag in Language]?: Readonly<Record<string, string>> };

export function OwnTextFields({
  own,
  onChange,
}: {
  readonly own: OwnTexts;
  readonly onChange: (own: OwnTexts) => void;
}) {
  const { texts } = useTexts();
  const [language, setLanguage] = useState<Language>(useLanguage());
  const labels = new Map(Object.entries(texts.keys));
  return (
    <details>
      <summary>{texts.heading}</summary>
      <p className="soft fine">{texts.hint}</p>
      <LanguageSelect name="textLanguage" label={texts.language} initial={language} onChoose={setLanguage} />
      {Object.entries(textRules).map(([key, { most, placeholders }]) => (
        <TextInput
          key={key}
          label={labels.get(key) ?? key}
          hint={
            placeholders.length === 0
              ? undefined
              : texts.mustHold({ names: placeholders.map((name) => `{${name}}`).join(' ') })
          }
          maxLength={most}
          lang={language}
          value={own[language]?.[key] ?? ''}
          onText={(text) => onChange({ ...own, [language]: { ...own[language], [key]: text } })}
          spellCheck
        />
      ))}
    </details>
  );
}
