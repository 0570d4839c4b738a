import { type DeviceSignals, settableModes } from '../../src/core/device-signals.js';
import { kindOf } from './camera-choice.js';

export interface DeviceWatch {
  /** Returns signals about the device for the audit log. The server cannot verify them. */
  read(): DeviceSignals;
}

const toWhole = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value));

const toRounded = (value: number): number => Math.round(value * 100) / 100;

/**
 * Starts observing how evenly frames arrive.
 * @param track - `undefined` if unknown
 */
export function watchDevice(track: MediaStreamTrack | undefined, video: HTMLVideoElement): DeviceWatch {
  const gaps = watchGaps(video);
  return {
    read() {
      const label = track?.label ?? '';
      const camera = kindOf(label);
      const { width, height, frameRate } = track?.getSettings() ?? {};
      const capabilities = track !== undefined && 'getCapabilities' in track ? track.getCapabilities() : {};
      return {
        camera,
        label: camera === 'virtual' ? label.slice(0, 128) : null,
        widthPx: toWhole(width),
        heightPx: toWhole(height),
        framesPerSec: frameRate === undefined ? null : toRounded(frameRate),
        settable: settableModes.filter((mode) => mode in capabilities),
        gap: gaps(),
      };
    },
  };
}

function watchGaps(video: HTMLVideoElement): () => DeviceSignals['gap'] {
  let [last, count, mean, squares] = [0, 0, 0, 0];
  const note = (now: number): void => {
    if (last > 0) {
      const gap = now - last;
      const away = gap - mean;
      count += 1;
      mean += away / count;
      squares += away * (gap - mean);
    }
    last = now;
    video.requestVideoFrameCallback(note);
  };
  if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(note);
  return () =>
    count < 2
      ? null
      : {
          meanMs: Math.min(60_000, toRounded(mean)),
          deviationMs: Math.min(60_000, toRounded(Math.sqrt(squares / count))),
          count,
        };
}
