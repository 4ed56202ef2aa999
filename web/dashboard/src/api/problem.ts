import type { Fault, Problem } from './types';

// Why a request was not answered as asked: the API's problem document, or that nothing answered.
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];
  readonly requestId: string | undefined;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `The control plane answered ${status}`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = problem.code ?? '';
    this.faults = problem.errors ?? [];
    this.requestId = problem.requestId;
  }

  get isUnreachable(): boolean {
    return this.status === 0;
  }

  get needsKey(): boolean {
    return this.status === 401;
  }
}

export function unreachable(): ApiProblem {
  return new ApiProblem(0, { detail: 'The control plane does not answer' });
}

function isProblem(body: unknown): body is Partial<Problem> {
  return typeof body === 'object' && body !== null && ('detail' in body || 'title' in body);
}

export function problemOf(status: number, body: unknown): ApiProblem {
  return new ApiProblem(status, isProblem(body) ? body : {});
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(-1, { detail: error instanceof Error ? error.message : String(error) });
}
