import { useState } from 'react';
import { useActing, useLoaded } from '../../frame/acting.js';
import { defineScreen } from '../../frame/screen.js';
import { Await, Done } from '../../parts/state.js';
import { Editor } from './editor.js';
import { Preview } from './preview.js';
import { applyBrand, listTexts, previewOf, readBrand } from './requests.js';
import { Versions } from './versions.js';

export const brand = defineScreen(
  {
    en: async () => (await import('./messages/en.js')).en,
    de: async () => (await import('./messages/de.js')).de,
    es: async () => (await import('./messages/es.js')).es,
    fr: async () => (await import('./messages/fr.js')).fr,
    ar: async () => (await import('./messages/ar.js')).ar,
  },
  function Brand({ words }) {
    const { call } = useActing();
    const found = useLoaded(readBrand);
    const rules = useLoaded(listTexts);
    const [isApplied, setApplied] = useState(false);
    const apply = async (digest: string): Promise<void> => {
      await call(applyBrand(digest));
      setApplied(true);
      found.reload();
    };
    return (
      <>
        <h1>{words.heading}</h1>
        <p className="soft">{words.intro}</p>
        {isApplied && <Done>{words.applied}</Done>}
        <Await loaded={found}>
          {(inForce) =>
            inForce.source === 'configuration' ? (
              <>
                <p className="note warn">{words.configured}</p>
                {inForce.digest !== null && <Preview page={previewOf(inForce.digest)} words={words} />}
              </>
            ) : (
              <>
                <Await loaded={rules}>
                  {({ keys }) => (
                    <Editor
                      key={inForce.digest}
                      inForce={inForce}
                      rules={keys}
                      words={words}
                      onEdit={() => setApplied(false)}
                      onApply={apply}
                    />
                  )}
                </Await>
                <Versions inForce={inForce} words={words} onApply={apply} />
              </>
            )
          }
        </Await>
      </>
    );
  },
);
