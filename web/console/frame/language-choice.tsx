import { useId } from 'react';
import { isLanguage, type Language, languages } from '../../shared/languages.js';
import { useLanguage, useWords } from './words.js';

export function LanguageChoice({ onLanguage }: { readonly onLanguage: (language: Language) => void }) {
  const words = useWords();
  const language = useLanguage();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{words.language}</label>
      <select
        id={id}
        value={language}
        onChange={({ target: { value } }) => {
          if (isLanguage(value)) onLanguage(value);
        }}
      >
        {Object.entries(languages).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
