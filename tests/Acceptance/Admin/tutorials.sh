# Commands of published Kong tutorials, as they are printed there. Each must succeed; the test puts the address of its own gateway in the place
# of localhost:8001. A command is one paragraph.

# Get started: services and routes
curl -i -s -X POST http://localhost:8001/services \
  --data name=example_service \
  --data url='https://httpbin.konghq.com'

curl -X GET http://localhost:8001/services/example_service

curl --request PATCH \
  --url localhost:8001/services/example_service \
  --data retries=6

curl -X GET http://localhost:8001/services

curl -i -X POST http://localhost:8001/services/example_service/routes \
  --data 'paths[]=/mock' \
  --data name=example_route

curl -X GET http://localhost:8001/services/example_service/routes/example_route

curl --request PATCH \
  --url localhost:8001/services/example_service/routes/example_route \
  --data tags="tutorial"

curl http://localhost:8001/routes

# Get started: rate limits
curl -i -X POST http://localhost:8001/plugins \
  --data name=rate-limiting \
  --data config.minute=5 \
  --data config.policy=local

curl -X POST http://localhost:8001/services/example_service/plugins \
   --data "name=rate-limiting" \
   --data config.minute=5 \
   --data config.policy=local

curl -X POST http://localhost:8001/routes/example_route/plugins \
   --data "name=rate-limiting" \
   --data config.minute=5 \
   --data config.policy=local

curl -X POST http://localhost:8001/consumers/ \
  --data username=jsmith

curl -X POST http://localhost:8001/plugins \
   --data "name=rate-limiting" \
   --data "consumer.username=jsmith" \
   --data "config.second=5" \
   --data "config.policy=local"

# Get started: proxy caching
curl -i -X POST http://localhost:8001/plugins \
  --data "name=proxy-cache" \
  --data "config.request_method=GET" \
  --data "config.response_code=200" \
  --data "config.content_type=application/json; charset=utf-8" \
  --data "config.cache_ttl=30" \
  --data "config.strategy=memory"

curl -X POST http://localhost:8001/services/example_service/plugins \
   --data "name=proxy-cache" \
   --data "config.request_method=GET" \
   --data "config.response_code=200" \
   --data "config.content_type=application/json; charset=utf-8" \
   --data "config.cache_ttl=30" \
   --data "config.strategy=memory"

# Get started: key authentication
curl -i -X POST http://localhost:8001/consumers/ \
  --data username=luka

curl -i -X POST http://localhost:8001/consumers/luka/key-auth \
  --data key=top-secret-key

curl -X POST http://localhost:8001/plugins/ \
    --data "name=key-auth"  \
    --data "config.key_names=apikey"

curl -X POST http://localhost:8001/services/example_service/plugins \
  --data name=key-auth

curl -X GET http://localhost:8001/plugins/

# Get started: load balancing
curl -X POST http://localhost:8001/upstreams \
  --data name=example_upstream

curl -X POST http://localhost:8001/upstreams/example_upstream/targets \
  --data target='httpbun.com:80'

curl -X POST http://localhost:8001/upstreams/example_upstream/targets \
  --data target='httpbin.konghq.com:80'

curl -X PATCH http://localhost:8001/services/example_service \
  --data host='example_upstream'

# A shop: central tokens
curl -X POST http://localhost:8001/services \
  --data name=auth-service \
  --data url='http://host.docker.internal:3001'

curl -X POST http://localhost:8001/services/auth-service/routes \
  --data 'paths[]=/api/v1/auth' \
  --data name=auth-route

curl -X POST http://localhost:8001/plugins \
  --data name=jwt \
  --data config.secret_is_base64=false \
  --data config.claims_to_verify=exp

curl -X POST http://localhost:8001/consumers \
  --data username=app-consumer

curl -X POST http://localhost:8001/consumers/app-consumer/jwt \
  --data key=your-jwt-issuer \
  --data secret="your-jwt-secret" \
  --data algorithm=HS256

curl -X POST http://localhost:8001/plugins \
  --data name=request-transformer \
  --data config.add.headers[1]='X-User-Id:$(X-Consumer-Custom-ID)' \
  --data config.add.headers[2]='X-User-Email:$(X-Consumer-Username)'

curl -X POST http://localhost:8001/routes/auth-route/plugins \
  --data name=rate-limiting \
  --data config.minute=1000 \
  --data config.policy=redis \
  --data config.redis_host=redis \
  --data config.redis_port=6379

curl -X POST http://localhost:8001/plugins \
  --data name=prometheus

curl -X POST http://localhost:8001/plugins \
  --data name=zipkin \
  --data config.http_endpoint=http://jaeger:9411/api/v2/spans \
  --data config.sample_ratio=1.0

# JSON bodies, as the reference prints them
curl -i -X PUT http://localhost:8001/services/example_service_2 \
  --header "Content-Type: application/json" \
  --data '{"url": "http://httpbin.org", "tags": ["tutorial"]}'

curl -i -X POST http://localhost:8001/routes \
  -H "Content-Type: application/json" \
  -d '{"name":"json-route","hosts":["example.com"],"paths":["~/status/\\d+"],"service":{"name":"example_service_2"}}'

curl -i -X DELETE http://localhost:8001/routes/json-route
