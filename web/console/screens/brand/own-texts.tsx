import { useId, useState } from 'react';
import type { Language } from '../../../shared/languages.js';
import { useLanguage } from '../../frame/words.js';
import { Choice } from '../../parts/form.js';
import { languageOptions } from './preview.js';
import type { TextRule } from './requests.js';
import { useTexts } from './texts.js';

export type OwnTexts = { readonly [Tag in Language]?: Readonly<Record<string, string>> };

export function OwnTextFields({
  rules,
  own,
  onChange,
}: {
  readonly rules: readonly TextRule[];
  readonly own: OwnTexts;
  readonly onChange: (own: OwnTexts) => void;
}) {
  const { texts } = useTexts();
  const id = useId();
  const [language, setLanguage] = useState<Language>(useLanguage());
  const labels = new Map(Object.entries(texts.keys));
  return (
    <details>
      <summary>{texts.heading}</summary>
      <p className="soft fine">{texts.hint}</p>
      <Choice
        name="textLanguage"
        label={texts.language}
        initial={language}
        options={languageOptions}
        onChoose={setLanguage}
      />
      {rules.map(({ key, most, placeholders }) => (
        <div key={key} className="field">
          <label htmlFor={`${id}-${key}`}>{labels.get(key) ?? key}</label>
          {placeholders.length > 0 && (
            <span className="soft fine">{texts.mustHold(placeholders.map((name) => `{${name}}`).join(' '))}</span>
          )}
          <input
            id={`${id}-${key}`}
            maxLength={most}
            lang={language}
            dir="auto"
            value={own[language]?.[key] ?? ''}
            onChange={({ target }) => onChange({ ...own, [language]: { ...own[language], [key]: target.value } })}
          />
        </div>
      ))}
    </details>
  );
}
