import { useState } from 'react';
import type { Language } from '../../../shared/languages.js';
import { useLanguage } from '../../frame/words.js';
import { Choice, Labeled, languageOptions } from '../../parts/form.js';
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
        <Labeled
          key={key}
          label={labels.get(key) ?? key}
          {...(placeholders.length > 0 && {
            hint: texts.mustHold(placeholders.map((name) => `{${name}}`).join(' ')),
          })}
        >
          {(attributes) => (
            <input
              {...attributes}
              maxLength={most}
              lang={language}
              dir="auto"
              value={own[language]?.[key] ?? ''}
              onChange={({ target }) => onChange({ ...own, [language]: { ...own[language], [key]: target.value } })}
            />
          )}
        </Labeled>
      ))}
    </details>
  );
}
