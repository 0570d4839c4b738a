import '@aws-amplify/ui-react/styles.css';
import '@aws-amplify/ui-react-liveness/styles.css';
import { FaceLivenessDetectorCore } from '@aws-amplify/ui-react-liveness';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import { Problem, type ProblemName } from '../problem.js';
import type { VendorPart } from './vendor-part.js';

const grantGuard = z.object({
  session: z.string(),
  region: z.string(),
  /** Address of the stream, or `null` for that of the region. */
  endpoint: z.nullable(z.string()),
  modelUrl: z.nullable(z.string()),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string(),
});

const problems: Readonly<Record<string, ProblemName>> = {
  CAMERA_ACCESS_ERROR: 'camera-denied',
  CAMERA_FRAMERATE_ERROR: 'camera-none',
  DEFAULT_CAMERA_NOT_FOUND_ERROR: 'camera-none',
  CONNECTION_TIMEOUT: 'time-out',
  SERVER_ERROR: 'unavailable',
};

/** Folder of the WebAssembly files of the detector, which are files of this server. */
const binaryPath = `${import.meta.env.BASE_URL}assets/${import.meta.env.VITE_TFJS_FOLDER}/`;

/**
 * Runs Amazon Rekognition's detector for Face Liveness.
 * @see https://ui.docs.amplify.aws/react/connected-components/liveness
 */
export const runAws: VendorPart = async ({ grant, element, words, ended }) => {
  const { session, region, endpoint, modelUrl, accessKeyId, secretAccessKey, sessionToken } = grantGuard.parse(
    JSON.parse(grant),
  );
  const stopped = new Promise<never>((_resolve, reject) => {
    ended.addEventListener('abort', () => reject(new Problem('camera-stopped')), { once: true });
  });
  let fail: (problem: Problem) => void = () => {};
  const root = createRoot(element, { onUncaughtError: () => fail(new Problem('general')) });
  const run = new Promise<void>((resolve, reject) => {
    fail = reject;
    const detector = createElement(FaceLivenessDetectorCore, {
      sessionId: session,
      region,
      // The page before has asked for the camera, and warned of flashing colors.
      disableStartScreen: true,
      displayText: { ...words.vendors.aws },
      components: { ErrorView: () => null, PhotosensitiveWarning: () => null },
      onAnalysisComplete: async () => resolve(),
      onUserCancel: () => reject(new Problem('vendor-over')),
      onError: ({ state }) => reject(new Problem(problems[state] ?? 'vendor-over')),
      config: {
        credentialProvider: async () => ({ accessKeyId, secretAccessKey, sessionToken }),
        binaryPath,
        ...(endpoint === null ? {} : { endpointOverride: endpoint }),
        ...(modelUrl === null ? {} : { faceModelUrl: modelUrl }),
      },
    });
    root.render(detector);
  });
  try {
    await Promise.race([run, stopped]);
  } finally {
    root.unmount();
  }
};
