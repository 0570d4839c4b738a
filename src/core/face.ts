export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DetectedFace {
  readonly box: Box;
  /** From 0 to 1. */
  readonly confidence: number;
}

export interface Detection {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly faces: readonly DetectedFace[];
}
