import { useEffect, useRef } from 'react';
import { ConfirmDialog } from '../parts/confirm.js';
import { Loading, Problem } from '../parts/state.js';
import { useAction, useSessionActions } from './acting.js';
import { base, navigate, useParameter } from './router.js';
import { beginFaceCheck, finishFaceCheck } from './session.js';
import { useWords } from './words.js';

export const faceCheckPath = '/face-check';

export function FaceCheckNeeded({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { faceCheck } = useWords();
  const { call } = useSessionActions();
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={faceCheck.heading}
      action={faceCheck.begin}
      onConfirm={async () => {
        const { url } = await call(beginFaceCheck(location.pathname + location.search));
        location.assign(url);
      }}
    >
      <p>{faceCheck.text}</p>
    </ConfirmDialog>
  );
}

export function FaceCheckReturn() {
  const { faceCheck } = useWords();
  const { call } = useSessionActions();
  const to = useParameter('to') ?? base;
  const { refusal, run } = useAction();
  const hasAsked = useRef(false);
  useEffect(() => {
    // Ask only once, because a passed face check can be used only once.
    if (hasAsked.current) return;
    hasAsked.current = true;
    void run(() => call(finishFaceCheck).then(() => navigate(to.startsWith(`${base}/`) ? to.slice(base.length) : '')));
  }, [call, to]);
  if (refusal === null) return <Loading />;
  return (
    <>
      <h1>{faceCheck.notPassed}</h1>
      <Problem refusal={refusal} />
    </>
  );
}
