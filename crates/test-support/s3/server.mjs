// An object store on loopback, by s3rver: it checks signatures (AWS4), ranges and uploads in parts. Says its port once it listens.
import { rmSync } from 'node:fs';
import S3rver from '@20minutes/s3rver';

const [folder, bucket] = process.argv.slice(2);
const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory: folder,
  resetOnClose: false,
  configureBuckets: [{ name: bucket }],
});
const { port } = await server.run();
console.log(JSON.stringify({ port }));
