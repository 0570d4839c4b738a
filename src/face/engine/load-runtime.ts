import { type Runtime, toErrorSummary } from './runtime.js';
import { loadNative } from './runtime-native.js';
import { loadWebAssembly, toUnavailable } from './runtime-wasm.js';

const absentCodes: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'];

const isAbsent = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && absentCodes.includes(error.code);

export async function loadRuntime(): Promise<Runtime> {
  try {
    return await loadNative();
  } catch (error) {
    if (!isAbsent(error)) throw error;
    const because = toErrorSummary(error);
    return loadWebAssembly(because).catch((cause: unknown) => {
      throw toUnavailable(because, cause);
    });
  }
}
