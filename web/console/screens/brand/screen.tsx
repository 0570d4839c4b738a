import { useState } from 'react';
import { useActing, useLoaded } from '../../frame/acting.js';
import { Await, Done } from '../../parts/state.js';
import { Editor } from './editor.js';
import { Preview } from './preview.js';
import { applyBrand, listTexts, previewOf, readBrand } from './requests.js';
import { defineScreen, useTexts } from './texts.js';
import { Versions } from './versions.js';

export const brand = defineScreen(function Brand() {
  const words = useTexts();
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
              {inForce.digest !== null && <Preview page={previewOf(inForce.digest)} />}
            </>
          ) : (
            <>
              <Await loaded={rules}>
                {({ keys }) => (
                  <Editor
                    key={inForce.digest}
                    inForce={inForce}
                    rules={keys}
                    onEdit={() => setApplied(false)}
                    onApply={apply}
                  />
                )}
              </Await>
              <Versions inForce={inForce} onApply={apply} />
            </>
          )
        }
      </Await>
    </>
  );
});
