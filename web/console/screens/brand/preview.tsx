import { useState } from 'react';
import type { Language } from '../../../../src/core/base/languages.js';
import { useLanguage } from '../../frame/words.js';
import { LanguageSelect, Select, toOptions } from '../../parts/form.js';
import { useTexts } from './texts.js';

const schemes = ['light', 'dark'] as const;
const screens = ['consent', 'enrol', 'passed', 'failed', 'expired', 'abandoned'] as const;

export function Preview({ page }: { readonly page: string }) {
  const { preview } = useTexts();
  const [screen, setScreen] = useState<(typeof screens)[number]>('consent');
  const [language, setLanguage] = useState<Language>(useLanguage());
  const [scheme, setScheme] = useState<(typeof schemes)[number]>('light');
  const address = `${page}?${new URLSearchParams({ screen, lang: language, scheme })}`;
  return (
    <>
      {/* A new address creates a new frame, because a reused one would add entries to the browser's history. */}
      <iframe key={address} className="shown" title={preview.frame} src={address} />
      <div className="form">
        <Select
          name="screen"
          label={preview.screen}
          initial={screen}
          options={toOptions(preview.screens, screens)}
          onChoose={setScreen}
        />
        <LanguageSelect name="previewLanguage" label={preview.language} initial={language} onChoose={setLanguage} />
        <Select
          name="scheme"
          label={preview.scheme}
          initial={scheme}
          options={toOptions(preview.schemes, schemes)}
          onChoose={setScheme}
        />
      </div>
    </>
  );
}
