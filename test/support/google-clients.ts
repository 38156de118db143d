/**
 * Google's stock npm clients, pointed at a server on loopback: by REST or gRPC, with or without
 * TLS. Each takes its credentials from its own copy of the libraries that it is made of.
 */
import { createRequire } from 'node:module';

// Their libraries look for Google's own machines otherwise.
process.env['METADATA_SERVER_DETECTION'] = 'none';

/** How a client reaches a server. */
export interface ClientWay {
  readonly transport: 'rest' | 'grpc';
  /** `HOST:PORT`. */
  readonly address: string;
  /** The authority of the server's certificate (PEM); absent: no TLS. */
  readonly ca?: string;
  /** Absent: the client sends none, as it does over gRPC without TLS. */
  readonly token?: string;
}

/** A client as its users see it: each method takes a request and gives its response first. */
export type GoogleClient = Readonly<Record<string, ClientMethod>> & {
  readonly close: () => Promise<void>;
};

type ClientMethod = (request: object) => Promise<readonly [Record<string, unknown>]>;

/** Both clients of a version. */
export interface GoogleClients {
  readonly grafeas: GoogleClient;
  readonly containerAnalysis: GoogleClient;
}

/** Their types are of two generations; what is asked of them here is the same. */
type Constructor = new (options: never) => object;

/** The clients of Grafeas and Container Analysis v1. */
export async function clientsOfV1(way: ClientWay): Promise<GoogleClients> {
  const { GrafeasClient } = await import('@google-cloud/grafeas');
  const { ContainerAnalysisClient } = await import('@google-cloud/containeranalysis');
  return {
    grafeas: makeClient('@google-cloud/grafeas', GrafeasClient, way),
    containerAnalysis: makeClient('@google-cloud/containeranalysis', ContainerAnalysisClient, way),
  };
}

/** The clients of v1beta1; Grafeas' is in Container Analysis' package. */
export async function clientsOfBeta(way: ClientWay): Promise<GoogleClients> {
  const { v1beta1 } = await import('@google-cloud/containeranalysis');
  const make = (client: Constructor) => makeClient('@google-cloud/containeranalysis', client, way);
  return {
    grafeas: make(v1beta1.GrafeasV1Beta1Client),
    containerAnalysis: make(v1beta1.ContainerAnalysisV1Beta1Client),
  };
}

function makeClient(name: string, Client: Constructor, way: ClientWay): GoogleClient {
  const load = createRequire(createRequire(import.meta.url).resolve(name));
  const [host = '', port = ''] = way.address.split(':');
  const transport = way.transport === 'rest' ? restOptions(way) : grpcOptions(load, way);
  const options = { ...authOptions(load, way.token), ...transport };
  const where = { apiEndpoint: host, port: Number(port), projectId: 'default' };
  const Make = Client as unknown as new (options: object) => GoogleClient;
  return new Make({ ...where, ...options });
}

interface AuthLibrary {
  readonly OAuth2Client: new () => { setCredentials: (credentials: object) => void };
  readonly GoogleAuth: new (options: object) => object;
}

/**
 * The one package calls its option `auth`, the other `authClient`; neither minds both. Without them
 * they would look for credentials on the network, also where they then send none.
 */
function authOptions(load: NodeJS.Require, token = 'none'): object {
  const { OAuth2Client, GoogleAuth } = load('google-auth-library') as AuthLibrary;
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: token });
  return { auth: new GoogleAuth({ authClient }), authClient };
}

function restOptions({ ca }: ClientWay): object {
  return { fallback: true, protocol: ca === undefined ? 'http' : 'https' };
}

interface GrpcLibrary {
  readonly Metadata: new () => { set: (name: string, value: string) => void };
  readonly credentials: {
    readonly createInsecure: () => object;
    readonly createSsl: (ca: Buffer) => object;
    readonly createFromMetadataGenerator: (make: MetadataGenerator) => object;
    readonly combineChannelCredentials: (channel: object, call: object) => object;
  };
}

type MetadataGenerator = (_: unknown, give: (error: null, metadata: object) => void) => void;

function grpcOptions(load: NodeJS.Require, { ca, token }: ClientWay): object {
  const { grpc } = load('google-gax') as { readonly grpc: GrpcLibrary };
  if (ca === undefined) return { sslCreds: grpc.credentials.createInsecure() };
  const channel = grpc.credentials.createSsl(Buffer.from(ca));
  const call = grpc.credentials.createFromMetadataGenerator((_, give) => {
    const metadata = new grpc.Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    give(null, metadata);
  });
  return { sslCreds: grpc.credentials.combineChannelCredentials(channel, call) };
}
