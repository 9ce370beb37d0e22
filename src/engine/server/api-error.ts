/** A refusal in the shape vLLM gives it. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | undefined;
  /** Sent with it. */
  readonly headers: Readonly<Record<string, string | number>>;

  constructor(
    status: number,
    message: string,
    param?: string,
    headers: Readonly<Record<string, string | number>> = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.type = errorTypes[status] ?? (status >= 500 ? 'InternalServerError' : 'BadRequestError');
    this.param = param;
    this.headers = headers;
  }

  body(): object {
    return { error: errorObject(this.status, this.type, this.message, this.param) };
  }
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  413: 'BadRequestError',
  422: 'UnprocessableEntityError',
  429: 'RateLimitError',
  503: 'ServiceUnavailableError',
};

const errorObject = (code: number, type: string, message: string, param: string | undefined): object => ({
  message,
  type,
  param: param ?? null,
  code,
});
