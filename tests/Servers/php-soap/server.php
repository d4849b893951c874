<?php
// A service with SOAP's own encoding (rpc/encoded): orders with lines in arrays, the same object twice, values of any type.
class Orders
{
    public function place($session, $order)
    {
        if ($session !== 's-1') throw new SoapFault('Client', 'who are you?', null, ['session' => $session]);
        return ['number' => count($order->lines), 'order' => $order];
    }

    // One object at two places: the second refers to the first.
    public function twice($line)
    {
        return [$line, $line];
    }

    public function echo($values)
    {
        return ['kinds' => array_map('gettype', $values), 'values' => $values];
    }
}

if (isset($_GET['wsdl'])) {
    header('Content-Type: text/xml');
    readfile(__DIR__ . '/orders.wsdl');
    return;
}
$server = new SoapServer(__DIR__ . '/orders.wsdl', ['features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
$server->setClass('Orders');
$server->handle();
