import { useId } from 'react';
import { type ColourName, colourNames, type Palette } from './requests.js';
import { useTexts } from './texts.js';

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
              aria-label={pick(fields[name])}
              value={/^#[0-9a-f]{6}$/i.test(colours[name]) ? colours[name] : shownOf(name, palette)}
              onChange={({ target }) => onChange(name, target.value)}
            />
          </div>
        </div>
      ))}
    </fieldset>
  );
}
